"use client";

import { useMemo } from "react";
import { useQuery } from "@tanstack/react-query";
import { get } from "@/api/rest";

const MOST = 1_000;

interface Choice {
  value: string;
  label: string;
}

export interface Users {
  /** Whether it is known who there is, or known that it cannot be. */
  isRead: boolean;
  /** By id. */
  emails: ReadonlyMap<number, string>;
  everybody: Choice[];
  admins: Choice[];
}

/** Everybody by name, for lists that know ids alone; read once, since each look is noted. */
export function useUsers(): Users {
  const { data, isFetched } = useQuery({
    queryKey: ["/api/admin/users", "names"],
    queryFn: ({ signal }) =>
      get("/api/admin/users", { query: { limit: MOST, sort: "email" }, signal }),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  return useMemo(() => {
    const users = data?.users ?? [];
    const choice = ({ id, email }: { id: number; email: string }) => ({
      value: String(id),
      label: email,
    });
    return {
      isRead: isFetched,
      emails: new Map(users.map(({ id, email }) => [id, email])),
      everybody: users.map(choice),
      admins: users.filter((user) => user.is_admin).map(choice),
    };
  }, [data, isFetched]);
}
