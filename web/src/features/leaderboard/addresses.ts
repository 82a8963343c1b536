/** The page of a run such as `session/4`. */
export function runAddress(topic: string): string {
  const [kind, id] = topic.split("/");
  return `/${kind}?id=${id}`;
}
