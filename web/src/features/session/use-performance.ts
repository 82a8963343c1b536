import { useGet } from "@/api/hooks";

const READ_AGAIN_MS = 15_000;

/** A session's account over time and its figures; read again while the session may go on. */
export function usePerformance(id: number, isActive: boolean) {
  return useGet(
    "/api/sessions/{session_id}/performance",
    { path: { session_id: id } },
    { everyMs: isActive ? READ_AGAIN_MS : undefined },
  );
}
