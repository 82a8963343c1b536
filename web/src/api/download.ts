import { accessToken } from "@/api/access";
import { Problem, unreachable } from "@/api/problem";

/**
 * Read something of the platform that is no JSON.
 *
 * @throws {Problem} it was refused, or cannot be reached
 */
export async function download(address: string): Promise<Blob> {
  const token = await accessToken();
  const headers: Record<string, string> =
    token === null ? {} : { Authorization: `Bearer ${token}` };
  const response = await fetch(address, { headers }).catch(() => {
    throw unreachable();
  });
  if (!response.ok) {
    throw new Problem(
      "unavailable",
      `The server answered ${response.status}.`,
      null,
      response.status,
    );
  }
  return await response.blob();
}
