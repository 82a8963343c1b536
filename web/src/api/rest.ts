import createClient from "openapi-fetch";
import { accessToken, forgetToken } from "@/api/access";
import { Problem, unreachable } from "@/api/problem";
import { parse, parseAnswer } from "@/api/schema";
import type { paths } from "@/generated/api";

export type Method = "get" | "post" | "put" | "patch" | "delete";
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];

type Operation<M extends Method, P extends keyof paths> = paths[P][M];
type Json<Content> = Content extends { content: { "application/json": infer Data } } ? Data : never;
type Field<T, Name extends string> = T extends { [K in Name]?: infer Value } ? Value : never;

/** What a call answers when all is well. */
export type Answer<M extends Method, P extends keyof paths> = {
  [Status in keyof Field<Operation<M, P>, "responses">]: Status extends 200 | 201
    ? Json<Field<Operation<M, P>, "responses">[Status]>
    : never;
}[keyof Field<Operation<M, P>, "responses">];

/** What a call takes: values of the query, of the path, and the body. */
export interface Asked<M extends Method, P extends keyof paths> {
  query?: NonNullable<Field<Field<Operation<M, P>, "parameters">, "query">>;
  path?: Field<Field<Operation<M, P>, "parameters">, "path">;
  body?: Json<NonNullable<Field<Operation<M, P>, "requestBody">>>;
  /** Names a change, so that it happens once however often it is sent. */
  id?: string;
  signal?: AbortSignal;
}

const PATIENCE_MS = 45_000;
const client = createClient<Record<string, never>>({ fetch: (request) => fetch(request) });

/**
 * Ask the platform over REST.
 *
 * @throws {Problem} it was refused, cannot be reached, or answers what cannot be read
 */
export async function ask<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  asked: Asked<M, P> = {},
): Promise<Answer<M, P>> {
  const token = await accessToken();
  try {
    return await sent(method, path, asked, token);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "not_signed_in" || token === null)
      throw error;
    forgetToken(token);
    return await sent(method, path, asked, await accessToken());
  }
}

async function sent<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  asked: Asked<M, P>,
  token: string | null,
): Promise<Answer<M, P>> {
  const headers: Record<string, string> = {};
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  if (asked.id !== undefined) headers["Idempotency-Key"] = asked.id;
  const timeout = AbortSignal.timeout(PATIENCE_MS);
  const { data, error, response } = await client
    .request(
      method,
      path as never,
      {
        params: { query: asked.query, path: asked.path },
        ...(asked.body !== undefined && { body: asked.body }),
        headers,
        signal: asked.signal ? AbortSignal.any([asked.signal, timeout]) : timeout,
      } as never,
    )
    .catch((thrown: unknown) => {
      if (asked.signal?.aborted) throw thrown;
      throw unreachable();
    });
  if (!response.ok) throw refusal(error, response);
  return parseAnswer(method, path as string, response.status, data) as Answer<M, P>;
}

export const get = <P extends PathOf<"get">>(path: P, asked?: Asked<"get", P>) =>
  ask("get", path, asked);
export const post = <P extends PathOf<"post">>(path: P, asked?: Asked<"post", P>) =>
  ask("post", path, asked);
export const put = <P extends PathOf<"put">>(path: P, asked?: Asked<"put", P>) =>
  ask("put", path, asked);
export const patch = <P extends PathOf<"patch">>(path: P, asked?: Asked<"patch", P>) =>
  ask("patch", path, asked);
export const del = <P extends PathOf<"delete">>(path: P, asked?: Asked<"delete", P>) =>
  ask("delete", path, asked);

/** Read an error's body; a proxy in between may answer with no body of ours. */
function refusal(body: unknown, response: Response): Problem {
  const after = Number(response.headers.get("Retry-After"));
  const retryAfterS = Number.isFinite(after) && after > 0 ? after : null;
  try {
    const { code, msg, field } = parse("ProblemMessage", body);
    return new Problem(code, msg, field, response.status, retryAfterS);
  } catch {
    const code = response.status >= 500 ? "unavailable" : "internal";
    return new Problem(code, `The server answered ${response.status}.`, null, response.status);
  }
}
