import { Suspense } from "react";
import { PopulationPage } from "@/features/populations/population-page";

export default function Page() {
  return (
    <Suspense>
      <PopulationPage />
    </Suspense>
  );
}
