// The command as a process of its own: permissions, pipes, interrupts, a disk that takes no more.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fixturePath } from "./harness.ts";

const main = decodeURIComponent(new URL("../../src/cli/main.ts", import.meta.url).pathname);
const probe = decodeURIComponent(new URL("permissions_probe.ts", import.meta.url).pathname);
const config = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);
const sample = fixturePath("sample.iso");
const sample2 = fixturePath("sample2.iso");

function mayRun(command: string): boolean {
  return Deno.permissions.querySync({ name: "run", command }).state === "granted";
}

const executable = [Deno.execPath(), "deno"].find(mayRun) ?? "deno";

/** A test that starts processes; without the permission to it shows as ignored, and says why. */
function processTest(
  name: string,
  fn: (t: Deno.TestContext) => Promise<void>,
  commands: readonly string[] = [executable],
): void {
  const missing = commands.find((command) => !mayRun(command));
  const suffix = missing === undefined ? "" : ` (skipped: ${missing} may not be run)`;
  Deno.test({ name: `${name}${suffix}`, ignore: missing !== undefined, fn });
}

type Finished = { readonly status: number; readonly stdout: string; readonly stderr: string };

async function deno(args: readonly string[]): Promise<Finished> {
  const command = new Deno.Command(executable, {
    args: ["run", "--no-prompt", "--config", config, ...args],
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { status: code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "discern-process-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

processTest("a command needs the permission to read its image and no other", async (t) => {
  const commands = [
    ["audit", sample, "--fail-on", "never"],
    ["manifest", sample],
    ["info", sample],
    ["list", sample, "-l"],
    ["cat", sample, "README.md"],
    ["map", sample, "--json"],
    ["where", sample, "README.md"],
    ["why", sample, "32768"],
    ["--help"],
    ["complete", "bash"],
    ["rules"],
  ];
  for (const argv of commands) {
    await t.step(argv[0] ?? "", async () => {
      const { status, stdout, stderr } = await deno([`--allow-read=${sample}`, main, ...argv]);
      assertEquals(status, 0, stderr);
      assert(stdout.length > 0);
    });
  }
});

/** What is refused from the moment that a command has opened its files. */
const everything = ["write", "connect", "open", "environment", "program"];

processTest("a command gives up what it no longer needs", (t) =>
  withFolder(async (folder) => {
    const sums = `${folder}/sums`;
    await deno([`--allow-read=${sample}`, `--allow-read=${folder}`, `--allow-write=${folder}`, main]
      .concat("manifest", sample, "-o", sums));
    const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
      [["audit", sample], everything],
      [["audit", sample, "--json"], everything],
      [["manifest", sample], everything],
      [["manifest", sample, "--image"], everything],
      [["verify", sample, sums], everything],
      [["compare", sample, sample2], everything],
      [["info", sample], everything],
      [["list", sample], everything],
      [["cat", sample, "README.md"], everything],
      [["map", sample], everything],
      [["where", sample, "README.md"], everything],
      [["why", sample, "0"], everything],
      [["rules"], everything],
      // These go on writing, and look at what is there before they do.
      [["extract", sample, "-o", `${folder}/out`], ["connect", "environment", "program"]],
      [["info", sample, "-o", `${folder}/info`], ["connect", "environment", "program"]],
    ];
    for (const [argv, refused] of cases) {
      await t.step(argv.filter((word) => !word.includes("/")).join(" "), async () => {
        const wide = ["--allow-read", "--allow-write", "--allow-net", "--allow-env", "--allow-run"];
        const { stderr } = await deno([...wide, probe, sums, ...argv]);
        // Of a command that opens several files one after the other, the last word counts.
        for (const what of refused) {
          const last = stderr.lastIndexOf(`probe ${what} `);
          assert(last >= 0, stderr);
          assertStringIncludes(stderr.slice(last), `probe ${what} refused`);
        }
      });
    }
  }));

processTest("a missing permission is said, and how to give it", async () => {
  const { status, stdout, stderr } = await deno([main, "audit", sample]);
  assertEquals([status, stdout], [2, ""]);
  assertMatch(stderr, /^discern: Cannot open .*--allow-read\n$/);
  const sheet = fixturePath("mode1-2352.cue");
  const denied = await deno([`--allow-read=${sheet}`, main, "info", sheet]);
  assertEquals([denied.status, denied.stdout], [2, ""]);
  assertMatch(denied.stderr, /Cannot open the data of .*mode1-2352.cue/);
});

processTest("a reader that leaves ends the command quietly", async () => {
  const child = new Deno.Command(executable, {
    args: ["run", "--no-prompt", "--config", config, "--allow-read", main, "map", sample, "--json"],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  const { code } = await child.status;
  const stderr = await new Response(child.stderr).text();
  assertEquals([code, stderr], [0, ""]);
});

/** An image of 64 GiB that takes no room: the sample, and then nothing. */
async function sparseImage(folder: string): Promise<string> {
  const path = `${folder}/sparse.iso`;
  await Deno.copyFile(sample, path);
  await Deno.truncate(path, 64 * 1024 ** 3);
  return path;
}

/** Runs the command and interrupts it a second after it has opened its files, as the probe tells. */
async function interrupted(
  argv: readonly string[],
  signal: Deno.Signal = "SIGINT",
): Promise<Finished> {
  const child = new Deno.Command(executable, {
    args: ["run", "--no-prompt", "--config", config, "--allow-read", "--allow-write"]
      .concat(probe, sample, ...argv),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = new Response(child.stdout).text();
  let stderr = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += text;
    if (timer === undefined && stderr.includes("probe program")) {
      timer = setTimeout(() => child.kill(signal), 1000);
    }
  }
  clearTimeout(timer);
  return { status: (await child.status).code, stdout: await stdout, stderr };
}

processTest("an interrupt ends with 130 and what there is", () =>
  withFolder(async (folder) => {
    const image = await sparseImage(folder);
    const audit = await interrupted(["audit", image, "--json"]);
    assertEquals(audit.status, 130, audit.stderr);
    const { format, verdict } = JSON.parse(audit.stdout);
    assertEquals(format, "discern.audit/1");
    assert(verdict !== "intact", verdict);
    assertStringIncludes(audit.stderr, "interrupted");
    const manifest = await interrupted(["manifest", image, "--image"]);
    assertEquals([manifest.status, manifest.stdout], [130, ""]);
    const files = await interrupted(["manifest", image, "--regions"]);
    assertEquals(files.status, 130);
    assertMatch(files.stdout, / {2}bin\/lantern\n/);
    assertStringIncludes(files.stderr, "interrupted");
    const out = `${folder}/out`;
    const toFile = await interrupted(["audit", image, "-o", out]);
    assertEquals(toFile.status, 130);
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(left, ["sparse.iso"]);
  }));

processTest(
  "a disk that takes no more ends with 2, and nothing half-written",
  () =>
    withFolder(async (folder) => {
      // The limit stands for a full disk: 512 bytes, and a write beyond them fails instead of a signal.
      const script = 'trap "" XFSZ; ulimit -f 1; exec "$@"';
      const { code, stderr } = await new Deno.Command("sh", {
        args: ["-c", script, "sh", executable, "run", "--no-prompt", "--config", config].concat(
          ["--allow-read", "--allow-write", main, "list", sample, "-l", "-o", `${folder}/out`],
        ),
        stdin: "null",
      }).output();
      const text = new TextDecoder().decode(stderr);
      assertEquals(code, 2, text);
      assertMatch(text, /Cannot write .*out: /);
      assertEquals([...Deno.readDirSync(folder)], []);
    }),
  [executable, "sh"],
);

processTest(
  "a pipe is no image and no data of a sheet, and nobody waits for it",
  () =>
    withFolder(async (folder) => {
      const pipe = `${folder}/pipe`;
      await new Deno.Command("sh", { args: ["-c", 'mkfifo "$0"', pipe] }).output();
      const sheet = `${folder}/a.cue`;
      await Deno.writeTextFile(
        sheet,
        'FILE "pipe" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n',
      );
      for (const path of [pipe, sheet]) {
        const { status, stderr } = await deno(["--allow-read", main, "audit", path]);
        assertEquals(status, 2);
        assertStringIncludes(stderr, `it is a pipe; give it as standard input`);
      }
    }),
  [executable, "sh"],
);

processTest(
  "data of a sheet that lie outside its folder are not read",
  () =>
    withFolder(async (folder) => {
      await Deno.mkdir(`${folder}/in`);
      await Deno.copyFile(fixturePath("mode1-2352.cue"), `${folder}/in/mode1-2352.cue`);
      await Deno.symlink(sample, `${folder}/in/mode1-2352.bin`);
      const argv = ["--allow-read", main, "audit", `${folder}/in/mode1-2352.cue`];
      const { status, stderr } = await deno(argv);
      assertEquals(status, 2);
      assertStringIncludes(stderr, "a symbolic link that leads out of its folder");
    }),
);

for (const [signal, status] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  processTest(
    `${signal} ends with ${status} and leaves no temporary file`,
    () =>
      withFolder(async (folder) => {
        const image = await sparseImage(folder);
        const { status: ended } = await interrupted(
          ["audit", image, "-o", `${folder}/out`],
          signal,
        );
        assertEquals(ended, status);
        assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["sparse.iso"]);
      }),
  );
}

/** Starts a command that waits for a pipe to which nobody writes, and ends it by SIGTERM. */
async function ended(folder: string, argv: readonly string[]): Promise<number> {
  const child = new Deno.Command(executable, {
    args: ["run", "--no-prompt", "--config", config, "--allow-read", "--allow-write", main].concat(
      argv,
      ["-o", `${folder}/out`],
    ),
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const temporary = () => [...Deno.readDirSync(folder)].some(({ name }) => name.startsWith("."));
  const begun = performance.now();
  while (!temporary() && performance.now() - begun < 10_000) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill("SIGTERM");
  const { code } = await child.status;
  await child.stdin.close().catch(() => {});
  return code;
}

processTest(
  "a signal ends the wait for a pipe to which nobody writes",
  () =>
    withFolder(async (folder) => {
      const pipe = `${folder}/pipe`;
      await new Deno.Command("sh", { args: ["-c", 'mkfifo "$0"', pipe] }).output();
      const cases = [["audit", "-"], ["audit", "-", "--spool"], ["verify", sample, pipe]];
      for (const argv of cases) {
        assertEquals(await ended(folder, argv), 143, argv.join(" "));
        assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["pipe"]);
      }
    }),
  [executable, "sh"],
);
