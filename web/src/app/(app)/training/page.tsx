import { Suspense } from "react";
import { TrainingPage } from "@/features/training/training-page";

export default function Page() {
  return (
    <Suspense>
      <TrainingPage />
    </Suspense>
  );
}
