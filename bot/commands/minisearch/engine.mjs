// MiniSearch as `donghanh bench search` asks it: one JSON object a line in, one a line out, its own clock inside.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.argv[2]}/`); // the folder that npm filled
const MiniSearch = require("minisearch");
const OPTIONS = { fuzzy: 0.2, prefix: true }; // as in the reference's comparison

const index = new MiniSearch({ fields: ["words"] });
let waiting = [];

function timed(deed) {
  const begun = performance.now();
  const work = process.cpuUsage();
  const found = deed();
  const spent = process.cpuUsage(work);
  return { ...found, ms: performance.now() - begun, cpu_ms: (spent.user + spent.system) / 1000 };
}

function answer(told) {
  if ("words" in told) {
    waiting.push(told);
    return undefined;
  }
  if ("build" in told) {
    const built = timed(() => index.addAll(waiting));
    waiting = [];
    return built;
  }
  return timed(() => ({ ids: index.search(told.ask, OPTIONS).slice(0, 3).map((hit) => hit.id) }));
}

for await (const line of createInterface({ input: process.stdin })) {
  const said = answer(JSON.parse(line));
  if (said !== undefined) process.stdout.write(`${JSON.stringify(said)}\n`);
}
