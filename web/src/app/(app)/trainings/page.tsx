import { Suspense } from "react";
import { TrainingsPage } from "@/features/training/trainings-page";

export default function Page() {
  return (
    <Suspense>
      <TrainingsPage />
    </Suspense>
  );
}
