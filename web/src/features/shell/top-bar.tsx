"use client";

import { CircleUserRound, LogOut, Monitor, Moon, Settings, Sun } from "lucide-react";
import { signOut } from "@/api/who";
import { setPreferences, usePreferences, type Preferences } from "@/lib/preferences";
import { Button, IconButton } from "@/ui/button";
import { Menu, MenuChoice, MenuItem } from "@/ui/menu";
import { Brand } from "./brand";
import { ConnectionSign } from "./connection-sign";

interface TopBarProps {
  user: { email: string } | null;
}

export function TopBar({ user }: TopBarProps) {
  return (
    <header className="border-line bg-surface sticky top-0 z-20 flex h-12 shrink-0 items-center gap-1 border-b px-3 sm:px-4 lg:px-6">
      <div className="md:hidden">
        <Brand hideName="hidden min-[22rem]:inline" />
      </div>
      <div className="flex min-w-0 flex-1 justify-end pr-1 md:justify-start">
        {user && <ConnectionSign />}
      </div>
      {user && <UserMenu email={user.email} />}
      <ThemeMenu />
    </header>
  );
}

const themes = [
  { value: "system", label: "As the system", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
] as const;

function ThemeMenu() {
  const theme = usePreferences((preferences) => preferences.theme);
  const { icon, label } = themes.find((each) => each.value === theme) ?? themes[0];
  return (
    <Menu trigger={<IconButton icon={icon} label={`Theme: ${label.toLowerCase()}`} />}>
      <MenuChoice
        label="Theme"
        value={theme}
        onChange={(next) => setPreferences({ theme: next as Preferences["theme"] })}
        options={themes}
      />
    </Menu>
  );
}

function UserMenu({ email }: { email: string }) {
  return (
    <Menu
      title={email}
      trigger={
        <Button variant="ghost" icon={CircleUserRound} aria-label={`Account: ${email}`}>
          <span title={email} className="may-cut hidden max-w-56 truncate lg:inline">
            {email}
          </span>
        </Button>
      }
    >
      <MenuItem icon={Settings} href="/settings">
        Settings
      </MenuItem>
      <MenuItem icon={LogOut} onSelect={() => void signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
