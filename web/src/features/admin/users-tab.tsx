"use client";

import { Ban, EllipsisVertical, ListTree, RotateCcw, ShieldMinus, ShieldPlus } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import { refresh } from "@/api/hooks";
import { get, patch } from "@/api/rest";
import type { Schema } from "@/api/types";
import { useWho } from "@/api/who";
import { Badge } from "@/ui/badge";
import { IconButton } from "@/ui/button";
import { Field, TextInput } from "@/ui/field";
import { Menu, MenuItem } from "@/ui/menu";
import { Select } from "@/ui/select";
import { EmptyState } from "@/ui/state";
import { DataTable, type Column } from "@/ui/table";
import { Age, Time } from "@/ui/time";
import { useConfirmed, type Deed } from "./confirmed";
import { Listing } from "./listing";
import { usePages } from "./use-pages";
import { deedsOf, filterOf, USER_FILTERS, type UserDeed } from "./user-deeds";

type User = Schema<"AdminUserMessage">;

const PATH = "/api/admin/users";

export function UsersTab() {
  const [search, setSearch] = useState("");
  const [filter, setFilter] = useState("all");
  const begin = useDeferredValue(search.trim());
  const own = useWho((who) => (who.status === "signed-in" ? who.user.id : null));
  const asked = { ...(begin && { email: begin }), ...filterOf(filter), sort: "email" };
  const users = usePages([PATH, asked], (cursor, signal) =>
    get(PATH, { query: { ...asked, ...(cursor !== null && { cursor: String(cursor) }) }, signal }),
  );
  const [ask, dialog] = useConfirmed();
  const columns = useMemo(() => columnsOf(own, ask), [own, ask]);
  return (
    <>
      <Listing title="Users" hint="Everybody who has an account here." of={users}>
        {(pages) => (
          <DataTable
            caption="List of users"
            columns={columns}
            rows={pages.flatMap((page) => page.users)}
            rowId={({ id }) => String(id)}
            empty={<EmptyState title="No user is like that." />}
            toolbar={
              <>
                <Field label="E-mail begins with" hideLabel className="w-full sm:w-64">
                  <TextInput
                    type="search"
                    placeholder="E-mail begins with"
                    value={search}
                    onChange={setSearch}
                  />
                </Field>
                <Select
                  label="Which users"
                  value={filter}
                  onChange={setFilter}
                  options={USER_FILTERS}
                  className="sm:w-44"
                />
              </>
            }
          />
        )}
      </Listing>
      {dialog}
    </>
  );
}

const icons: Record<UserDeed["verb"], typeof Ban> = {
  promote: ShieldPlus,
  demote: ShieldMinus,
  disable: Ban,
  enable: RotateCcw,
};

function columnsOf(own: number | null, ask: (deed: Deed) => void): Column<User>[] {
  return [
    {
      id: "email",
      header: "E-mail",
      cell: (user) => (
        <span className="whitespace-nowrap">
          {user.email}
          {user.id === own && <span className="text-muted"> (you)</span>}
        </span>
      ),
      sortValue: ({ email }) => email,
    },
    {
      id: "role",
      header: "Role",
      cell: ({ is_admin: isAdmin }) =>
        isAdmin ? <Badge tone="accent">Administrator</Badge> : <Badge>User</Badge>,
      sortValue: ({ is_admin: isAdmin }) => isAdmin,
    },
    {
      id: "state",
      header: "May sign in",
      cell: (user) => <Access user={user} />,
      sortValue: (user) => (user.disabled_at === null ? (user.is_listed ? 0 : 1) : 2),
    },
    {
      id: "signed_in_at",
      header: "Last sign-in",
      cell: ({ signed_in_at: at }) => <Age at={at} />,
      width: 130,
      sortValue: ({ signed_in_at: at }) => at,
      align: "right",
    },
    {
      id: "created_at",
      header: "Since",
      cell: ({ created_at: at }) => <Time at={at} show="date" />,
      sortValue: ({ created_at: at }) => at,
      align: "right",
      hideOnPhone: true,
    },
    {
      id: "deeds",
      header: "What to do",
      hideHeader: true,
      align: "right",
      cell: (user) => (
        <Menu
          title={user.email}
          trigger={<IconButton icon={EllipsisVertical} label={`What to do with ${user.email}`} />}
        >
          <MenuItem icon={ListTree} href={`/admin?tab=runs&owner=${user.id}`}>
            Show what they run
          </MenuItem>
          {deedsOf(user).map((deed) => (
            <MenuItem
              key={deed.verb}
              icon={icons[deed.verb]}
              danger={deed.danger}
              onSelect={() => ask(withAct(user, deed))}
            >
              {deed.label}
            </MenuItem>
          ))}
        </Menu>
      ),
    },
  ];
}

function Access({ user }: { user: User }) {
  if (user.disabled_at !== null) {
    return <Badge tone="danger">Disabled</Badge>;
  }
  return user.is_listed ? <Badge tone="up">Yes</Badge> : <Badge tone="warn">Not on the list</Badge>;
}

function withAct(user: User, deed: UserDeed): Deed {
  const act = async () => {
    await patch("/api/admin/users/{user_id}", { path: { user_id: user.id }, body: deed.changes });
    await refresh(PATH);
  };
  return { ...deed, confirmLabel: deed.label, act };
}
