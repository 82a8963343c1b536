import { Suspense } from "react";
import { LeaderboardPage } from "@/features/leaderboard/leaderboard-page";

export default function Page() {
  return (
    <Suspense>
      <LeaderboardPage />
    </Suspense>
  );
}
