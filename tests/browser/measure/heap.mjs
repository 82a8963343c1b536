/**
 * Feeds a training's page with far more status frames than come in an hour, and tells by how much
 * its heap has grown. The page, the server and the socket are real; the frames are the training's
 * own last status, moved on, and written into the stream that the page follows.
 */
import { setTimeout as pause } from "node:timers/promises";
import { flow } from "../flow.mjs";
import { tell } from "../pytest-line.mjs";
import { until } from "../waiting.mjs";

const WARM_UP = 500;

await flow(async ({ facts, visitor, step }) => {
  const ada = await visitor("Ada");
  const stream = {};
  await step("Ada watches a training", async () => {
    await ada.isSignedInAs(facts.ada);
    await ada.page.routeWebSocket(/\/ws$/, (page) => follow(page, stream));
    await ada.open(`/training?id=${facts.training}`);
    await until("the page follows the training", () => stream.status);
  });

  const session = await ada.context.newCDPSession(ada.page);
  await step("the page is fed", () => feed(stream, 0, WARM_UP, facts.hz));
  const before = await heapOf(session);
  const began = performance.now();
  await step(`and fed with ${facts.frames} frames`, () =>
    feed(stream, WARM_UP, facts.frames, facts.hz),
  );
  const seconds = (performance.now() - began) / 1_000;
  const shown = await ada.page.evaluate(() => document.body.innerText);
  const after = await heapOf(session);
  const last = stream.frame(WARM_UP + facts.frames - 1).data;
  const isShown = shown.replace(/\D/g, "").includes(String(last.episodes.current));
  tell({ before, after, seconds, frames: facts.frames, is_shown: isShown });
});

/** Pass everything on between page and server; note the stream, and hold back its real statuses. */
function follow(page, stream) {
  const server = page.connectToServer();
  page.onMessage((text) => {
    const { query, id } = JSON.parse(text);
    if (query === "trainings-watch") stream.id = id;
    server.send(text);
  });
  server.onMessage((text) => {
    const frame = JSON.parse(text);
    if (frame.id !== stream.id || !["state", "status"].includes(frame.inner_task)) {
      page.send(text);
      return;
    }
    frame.data.state = "running"; // it is paused, so that nothing else moves
    if (frame.inner_task === "status") {
      stream.status = frame;
      stream.frame = (nth) => moved(frame, nth);
      stream.send = (what) => page.send(JSON.stringify(what));
    }
    page.send(JSON.stringify(frame));
  });
}

/** The status `nth` tenths of a second on. */
function moved(frame, nth) {
  const { data } = frame;
  const day = nth % data.days.max;
  const wave = Math.sin(nth / 50);
  return {
    ...frame,
    data: {
      ...data,
      steps: data.steps + 40 * nth,
      episodes: { ...data.episodes, current: data.episodes.current + Math.floor(nth / 20) },
      days: { ...data.days, current: day, percentage_done: (100 * day) / data.days.max },
      balance: 10_000 + 500 * wave,
      profit: 500 * wave,
      rewards: wave,
      loss: 0.01 + 0.005 * wave,
      epsilon: Math.abs(wave),
      bot: { ...data.bot, day },
    },
  };
}

/** Send so many frames at this pace, catching up whenever the machine was late. */
async function feed(stream, first, count, hz) {
  const began = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - began) * hz) / 1_000) + 1);
    while (sent < due) stream.send(stream.frame(first + sent++));
    await pause(1_000 / hz);
  }
}

/** Return the bytes that the page holds once all that it does not need is gone. */
async function heapOf(session) {
  await session.send("HeapProfiler.enable");
  for (let round = 0; round < 3; round++) {
    await session.send("HeapProfiler.collectGarbage");
    await pause(200); // finalisers run between collections
  }
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize;
}
