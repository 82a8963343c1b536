import { Suspense } from "react";
import { PopulationsPage } from "@/features/populations/populations-page";

export default function Page() {
  return (
    <Suspense>
      <PopulationsPage />
    </Suspense>
  );
}
