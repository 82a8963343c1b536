/** What no page of ours does, whatever a test looks at: each time it does, it is noted as a fault. */

/** What Chromium says of an answer above 399. Ours are judged by their status, below. */
const OF_AN_ANSWER = /^Failed to load resource: the server responded with a status/;

/** What is to be expected while the server is away. */
export const SERVER_IS_AWAY = [
  /net::ERR_(CONNECTION|EMPTY_RESPONSE|INCOMPLETE|SOCKET|NETWORK)/,
  /WebSocket connection to .* failed/,
  /answered 50[234]/,
];

/**
 * Watch every page of a context, from now on.
 *
 * @param {{origin: string, note?: (line: string) => void}} options `origin`: the one host that may
 *   be asked; `note` is told everything that a console shows.
 * @returns {Promise<{take: (expected?: RegExp[]) => string[]}>} `take` returns the faults since it
 *   was last called, without those that match `expected`.
 */
export async function guard(context, { origin, note = () => {} }) {
  let faults = [];
  const fault = (text) => {
    faults.push(text);
    note(`fault: ${text}`);
  };

  await context.exposeBinding("noteViolation", (_source, text) => fault(text));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
      window.noteViolation(
        `the content security policy (${effectiveDirective}) kept out ${blockedURI} ` +
          `at ${sourceFile}:${lineNumber}`,
      );
    });
  });

  context.on("console", (message) => {
    note(`${message.type()}: ${message.text()}`);
    if (message.type() === "error" && !OF_AN_ANSWER.test(message.text())) {
      fault(`the console shows an error: ${message.text()} (${message.location().url})`);
    }
  });
  context.on("weberror", (error) => fault(`an error was not caught: ${error.error().stack}`));
  context.on("page", (page) => {
    page.on("crash", () => fault("the page crashed"));
    page.on("websocket", (socket) => asked(socket.url()));
  });
  context.on("request", (request) => asked(request.url()));
  context.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    const wasLeft = why === "net::ERR_ABORTED"; // the page went on to another one
    if (!wasLeft) fault(`${request.method()} ${request.url()} failed: ${why}`);
  });
  context.on("response", (response) => {
    const { pathname } = new URL(response.url());
    const isFile =
      !pathname.startsWith("/api/") && response.request().resourceType() !== "document";
    if (response.status() >= 500 || (isFile && response.status() >= 400)) {
      fault(`${response.request().method()} ${pathname} was answered ${response.status()}`);
    }
  });

  function asked(url) {
    const { protocol, host } = new URL(url);
    const isInside = ["data:", "blob:"].includes(protocol) || host === new URL(origin).host;
    if (!isInside) fault(`another host was asked: ${url}`);
  }

  return {
    take(expected = []) {
      const found = faults.filter((text) => !expected.some((pattern) => pattern.test(text)));
      faults = [];
      return found;
    },
  };
}
