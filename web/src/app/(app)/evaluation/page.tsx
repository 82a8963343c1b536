import { Suspense } from "react";
import { EvaluationPage } from "@/features/evaluations/evaluation-page";

export default function Page() {
  return (
    <Suspense>
      <EvaluationPage />
    </Suspense>
  );
}
