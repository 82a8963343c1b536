"use client";

import { ChartColumn, EllipsisVertical, Eye, Globe, Lock } from "lucide-react";
import { IconButton } from "@/ui/button";
import { Menu, MenuItem } from "@/ui/menu";
import type { Score } from "./board";
import { runAddress } from "./addresses";

export interface Publish {
  score: Score;
  isPublic: boolean;
}

interface LineMenuProps {
  score: Score;
  onPublish: (publish: Publish) => void;
}

/** What an owner can do with a line; others' lines have no more than what they show. */
export function LineMenu({ score, onPublish }: LineMenuProps) {
  if (!score.mine) return null;
  const { topic, name, is_public: isPublic } = score;
  return (
    <Menu
      trigger={<IconButton icon={EllipsisVertical} size="sm" label={`What to do with ${name}`} />}
    >
      <MenuItem icon={Eye} href={runAddress(topic)}>
        {topic.startsWith("session/") ? "Open the session" : "Open the training"}
      </MenuItem>
      <MenuItem icon={ChartColumn} href={`/analytics?topic=${encodeURIComponent(topic)}`}>
        Look closer in analytics
      </MenuItem>
      <MenuItem
        icon={isPublic ? Lock : Globe}
        onSelect={() => onPublish({ score, isPublic: !isPublic })}
      >
        {isPublic ? "Show it to me alone …" : "Show it to everybody …"}
      </MenuItem>
    </Menu>
  );
}
