// The contract of the command line: arguments, exit status, and what either stream must say. A port to
// another argument parser has to pass all of it.

/** One command line. `$NAME` stands for a file that blackbox_test.ts makes. */
export type Case = {
  readonly argv: string;
  readonly status: number;
  /** Must match; a text must be all there is. */
  readonly stdout?: RegExp | string;
  readonly stderr?: RegExp | string;
  readonly stdin?: "$SAMPLE" | "$TEXT" | "empty";
};

const usage = /Usage: discern/;

/** What the parser alone decides. */
export const parsing: readonly Case[] = [
  { argv: "", status: 2, stdout: "", stderr: usage },
  { argv: "--help", status: 0, stdout: /Usage: discern[^]*audit[^]*rules/, stderr: "" },
  { argv: "help", status: 0, stdout: usage, stderr: "" },
  { argv: "help manifest", status: 0, stdout: /--algorithm/, stderr: "" },
  { argv: "manifest --help", status: 0, stdout: /Usage: discern manifest/, stderr: "" },
  { argv: "--version", status: 0, stdout: /^discern \d+\.\d+\.\d+\n$/, stderr: "" },
  {
    argv: "adit x.iso",
    status: 2,
    stdout: "",
    stderr: /unknown command 'adit'[^]*Did you mean audit/,
  },
  { argv: "nonsense", status: 2, stdout: "", stderr: /unknown command[^]*Usage/ },
  { argv: "--nonsense", status: 2, stdout: "", stderr: /unknown option/ },
  {
    argv: "audit",
    status: 2,
    stdout: "",
    stderr: /missing required argument 'image'[^]*Usage: discern audit/,
  },
  { argv: "audit $SAMPLE --fial-on note", status: 2, stdout: "", stderr: /Did you mean --fail-on/ },
  { argv: "audit $SAMPLE --fail-on grave", status: 2, stderr: /error, warning, info, note, never/ },
  { argv: "audit $SAMPLE --algorithm sha3", status: 2, stderr: /md5, sha1, sha256/ },
  {
    argv: "audit $SAMPLE --only IGM-001",
    status: 2,
    stdout: "",
    stderr: /IGM-001\. Did you mean IMG-001\? `discern rules` lists them[^]*Usage/,
  },
  { argv: "audit $SAMPLE --ignore IMG,GTP", status: 2, stdout: "", stderr: /Did you mean .*GPT/ },
  { argv: "audit $SAMPLE --only ZZZZZZ", status: 2, stdout: "", stderr: /`discern rules` lists/ },
  { argv: "audit $SAMPLE --only IMG-0", status: 2, stdout: "", stderr: /No rule or family/ },
  { argv: "audit $SAMPLE --only ,", status: 2, stdout: "", stderr: /names nothing/ },
  {
    argv: "compare $SAMPLE $SAMPLE2 --ignore time",
    status: 2,
    stdout: "",
    stderr: /Nothing is called time\. Did you mean times\?/,
  },
  { argv: "compare $SAMPLE $SAMPLE2 --ignore README.md", status: 2, stderr: /a path from \/ on/ },
  { argv: "manifest $SAMPLE --format tar", status: 2, stderr: /gnu, sha256sum, bsd, json/ },
  { argv: "manifest $SAMPLE --session zero", status: 2, stderr: /whole number/ },
  { argv: "list $SAMPLE --volume fat", status: 2, stderr: /rockridge/ },
  { argv: "list $SAMPLE --color sometimes", status: 2, stderr: /auto, always, never/ },
  { argv: "list $SAMPLE a b", status: 2, stderr: /too many arguments/ },
  { argv: "why $SAMPLE here", status: 2, stderr: /whole number/ },
  { argv: "why $SAMPLE -5", status: 2, stdout: "", stderr: /whole number|unknown option/ },
  { argv: "extract $SAMPLE", status: 2, stdout: "", stderr: /--output <folder>/ },
  { argv: "complete", status: 2, stdout: "", stderr: /missing required argument 'shell'/ },
  { argv: "complete tcsh", status: 2, stdout: "", stderr: /bash/ },
  { argv: "complete bash", status: 0, stdout: /discern/, stderr: "" },
  { argv: "complete zsh", status: 0, stdout: /discern/, stderr: "" },
  { argv: "complete fish", status: 0, stdout: /discern/, stderr: "" },
  { argv: "complete powershell", status: 0, stdout: /discern/, stderr: "" },
  { argv: "complete -- man", status: 0, stdout: /^manifest\t/, stderr: "" },
  { argv: "complete -- list --volume jol", status: 0, stdout: /^joliet\t/, stderr: "" },
];

/** Files that cannot be opened or are no images. */
export const opening: readonly Case[] = [
  "audit $MISSING",
  "manifest $MISSING",
  "verify $MISSING $SUMS",
  "compare $MISSING $SAMPLE",
  "compare $SAMPLE $MISSING",
  "info $MISSING",
  "list $MISSING",
  "cat $MISSING x",
  "map $MISSING",
  "where $MISSING x",
  "why $MISSING 0",
].map((argv): Case => ({ argv, status: 2, stdout: "", stderr: /no such file/ })).concat(
  [
    "audit $FOLDER",
    "manifest $FOLDER",
    "info $FOLDER",
    "compare $SAMPLE $FOLDER",
  ].map((argv) => ({ argv, status: 2, stdout: "", stderr: /it is a folder/ })),
  [
    "manifest $TEXT",
    "verify $TEXT $SUMS",
    "compare $SAMPLE $TEXT",
    "info $TEXT",
    "list $TEXT",
    "cat $TEXT x",
    "map $TEXT",
    "where $TEXT x",
    "why $TEXT 0",
  ].map((argv) => ({ argv, status: 2, stdout: "", stderr: /no volume is found/ })),
  [
    { argv: "audit $TEXT", status: 2, stdout: /UNREADABLE/, stderr: /Cannot audit/ },
    { argv: "audit $TEXT --json", status: 2, stdout: /"verdict": "unreadable"/ },
    { argv: "audit $TEXT -q", status: 2, stdout: "", stderr: /Cannot audit/ },
    { argv: "audit $SAMPLE $TEXT -q", status: 2, stdout: "" },
    { argv: "audit $SAMPLE $MISSING --ndjson", status: 2, stdout: /^\{.*\}\n$/, stderr: /no such/ },
    { argv: "audit $SAMPLE --session 9", status: 2, stdout: "", stderr: /session 9/ },
    { argv: "list $SAMPLE --volume udf", status: 2, stdout: "", stderr: /it has .*rockridge/ },
    { argv: "list $SAMPLE /nowhere", status: 2, stdout: "", stderr: /Cannot find \/nowhere/ },
    {
      argv: "list $SAMPLE /nowhere --json",
      status: 2,
      stdout: "",
      stderr: /Cannot find \/nowhere/,
    },
    { argv: "list $SAMPLE --json --volume udf", status: 2, stdout: "", stderr: /it has/ },
    { argv: "manifest $SAMPLE --json --volume udf", status: 2, stdout: "", stderr: /it has/ },
    {
      argv: "extract $SAMPLE /nowhere --json -o $NEW",
      status: 2,
      stdout: "",
      stderr: /Cannot find/,
    },
    {
      argv: "extract $SAMPLE --json --volume udf -o $NEW",
      status: 2,
      stdout: "",
      stderr: /it has/,
    },
    { argv: "cat $SAMPLE /nowhere --json", status: 2, stdout: "", stderr: /Cannot find/ },
    { argv: "where $SAMPLE /nowhere --json", status: 2, stdout: "", stderr: /Cannot find/ },
    ...["list", "make a manifest of", "extract", "read", "search"].map((verb) => ({
      argv: {
        "list": "list $UDF --json",
        "make a manifest of": "manifest $UDF",
        "extract": "extract $UDF -o $NEW",
        "read": "cat $UDF x",
        "search": "where $UDF x",
      }[verb] ?? "",
      status: 2,
      stdout: "" as const,
      stderr: new RegExp(
        `Cannot ${verb} \\S+: UDF volume \\(NSR02\\) is recognised, and not read yet`,
      ),
    })),
    { argv: "cat $SAMPLE /share", status: 2, stdout: "", stderr: /it is a directory/ },
    { argv: "cat $SAMPLE /nowhere", status: 2, stdout: "", stderr: /Cannot find/ },
    { argv: "where $SAMPLE /nowhere", status: 2, stdout: "", stderr: /Cannot find/ },
    { argv: "why $SAMPLE 438272", status: 2, stdout: "", stderr: /it has 438272 bytes/ },
    { argv: "rules XXX-999", status: 2, stdout: "", stderr: /Cannot find rule/ },
    { argv: "rules IMG-01", status: 2, stdout: "", stderr: /did you mean IMG-001/ },
    { argv: "rules CDR-001", status: 2, stdout: "", stderr: /not checked yet/ },
    { argv: "verify $SAMPLE", status: 2, stdout: "", stderr: /nothing to verify it against/ },
    { argv: "verify $SAMPLE $TEXT", status: 2, stdout: "", stderr: /Cannot/ },
    { argv: "verify $SAMPLE $MISSING", status: 2, stdout: "", stderr: /no such file/ },
  ],
);

/** What commands find on an image. */
export const working: readonly Case[] = [
  { argv: "audit $SAMPLE --fail-on never", status: 0, stdout: /sha256/, stderr: "" },
  {
    argv: "audit $SAMPLE --json --only CDR",
    status: 0,
    stdout: /"verdict": "intact"[^]*"ignored": \d/,
    stderr: "discern: no rule of CDR is checked yet\n",
  },
  {
    argv: "audit $SAMPLE --only gpt,ISO-PVD,UDF-FE-001",
    status: 0,
    stderr: /UDF-FE-001 is checked/,
  },
  {
    argv: "audit $SAMPLE --ignore IMG,ELT",
    status: 0,
    stdout: /INTACT .* · \d+ findings? ignored/,
  },
  { argv: "audit $SAMPLE --structure --json --fail-on never", status: 0, stdout: /LIM-001/ },
  { argv: "audit $SAMPLE --fail-on note", status: 1 },
  { argv: "audit $SAMPLE -q --fail-on never", status: 0, stdout: "", stderr: "" },
  { argv: "audit $CUT", status: 1, stdout: /DAMAGED[^]*IMG-001/, stderr: "" },
  { argv: "audit $CUT --fail-on never", status: 0, stdout: /DAMAGED/ },
  {
    argv: "audit $CUT $SAMPLE --json --only IMG-001",
    status: 1,
    stdout: /^\[\n\{[^]*\},?[^]*\]\n$/,
  },
  { argv: "audit $CUT --ndjson", status: 1, stdout: /^\{"format":"discern.audit\/1".*\}\n$/ },
  { argv: "audit $CUT --only IMG-001 --ignore IMG", status: 0, stdout: /INTACT/ },
  {
    argv: "manifest $SAMPLE",
    status: 0,
    stdout: /^[0-9a-f]{64} {2}bin\/lantern\n/,
    stderr: /25 files/,
  },
  { argv: "manifest $SAMPLE -q", status: 0, stderr: "" },
  {
    argv: "manifest $SAMPLE --tag --algorithm md5",
    status: 0,
    stdout: /^MD5 \(bin\/lantern\) = [0-9a-f]{32}\n/,
  },
  { argv: "manifest $SAMPLE --format bsd --algorithm md5,crc32", status: 0, stdout: /CRC32 \(/ },
  {
    argv: "manifest $SAMPLE --format sha256sum --volume joliet",
    status: 0,
    stdout: / {2}README.md\n/,
  },
  { argv: "manifest $SAMPLE --volume iso9660", status: 0, stdout: /README\.MD|README/ },
  { argv: "manifest $SAMPLE --json --regions", status: 0, stdout: /"regions": \[/ },
  { argv: "manifest $SAMPLE --format json", status: 0, stdout: /"format": "discern.manifest\/1"/ },
  { argv: "manifest $SAMPLE --regions", status: 0, stdout: /\n# [0-9a-f]{64} {2}\[descriptor\] / },
  {
    argv: "manifest $SAMPLE --image",
    status: 0,
    stdout: /^3ce62256[0-9a-f]{56} {2}\S*sample.iso\n$/,
  },
  {
    argv: "manifest $CUT",
    status: 1,
    stdout: /bin\/lantern\n/,
    stderr: /cut: \/lib\/lantern\/tables.py/,
  },
  { argv: "verify $SAMPLE $SUMS", status: 0, stdout: /VERIFIED/, stderr: "" },
  { argv: "verify $SAMPLE $SUMS -q", status: 0, stdout: "", stderr: "" },
  { argv: "verify $SAMPLE $SUMS -v", status: 0, stdout: /\/bin\/lantern: OK\n/ },
  { argv: "verify $SAMPLE2 $SUMS", status: 1, stdout: /NOT VERIFIED[^]*FAILED/ },
  { argv: "verify $SAMPLE2 $SUMS --json", status: 1, stdout: /"state":"mismatch"/ },
  { argv: "compare $SAMPLE $SAMPLE", status: 0, stdout: /^IDENTICAL/, stderr: "" },
  { argv: "compare $SAMPLE $SAMPLE2", status: 1, stdout: /^DIFFERENT/, stderr: "" },
  { argv: "compare $SAMPLE $SAMPLE2 -q", status: 1, stdout: "", stderr: "" },
  {
    argv: "compare $SAMPLE $SAMPLE --ignore times,file,/share/,volumeSpaceSize,component3",
    status: 0,
    stdout: /^IDENTICAL/,
  },
  { argv: "info $SAMPLE", status: 0, stdout: /LANTERN_1_4[^]*El Torito/, stderr: "" },
  { argv: "info $CUT --json", status: 0, stdout: /"discern.info\/1"/, stderr: "" },
  { argv: "list $SAMPLE", status: 0, stdout: /^\/bin\/\n\/bin\/default-table -> / },
  { argv: "list $SAMPLE bin", status: 0, stdout: /^\/bin\/default-table -> / },
  { argv: "list $SAMPLE /bin/lantern", status: 0, stdout: /^\/bin\/lantern\n$/ },
  { argv: "list $SAMPLE -l --volume all", status: 0, stdout: /^volume[^]*joliet/ },
  { argv: "list $SAMPLE --long --color always", status: 0, stdout: /\[34m/ },
  { argv: "list $SAMPLE --json", status: 0, stdout: /"entries": \[\n/ },
  { argv: "cat $SAMPLE README.md", status: 0, stdout: /^# Lantern/, stderr: "" },
  { argv: "cat $SAMPLE /README.md --json", status: 0, stdout: /"state": "ok"/, stderr: "" },
  { argv: "cat $CUT /lib/lantern/tables.py", status: 1, stderr: /cut/ },
  { argv: "map $SAMPLE", status: 0, stdout: /VVVV[^]*files/, stderr: "" },
  { argv: "map $SAMPLE --json", status: 0, stdout: /"owner":"descriptor"/ },
  { argv: "where $SAMPLE README.md", status: 0, stdout: /212992/ },
  { argv: "why $SAMPLE 0x8052", status: 0, stdout: /volumeSpaceSize = 214/ },
  { argv: "why $SAMPLE 212992 --json", status: 0, stdout: /"path": "\/README.md"/ },
  { argv: "rules", status: 0, stdout: /IMG-001/, stderr: "" },
  { argv: "rules img-001", status: 0, stdout: /volumeSpaceSize/, stderr: "" },
  { argv: "rules --json", status: 0, stdout: /"discern.rules\/1"/, stderr: "" },
];

/** Standard input: one pass, or none without --spool. */
export const streaming: readonly Case[] = [
  {
    argv: "audit - --fail-on never",
    status: 0,
    stdin: "$SAMPLE",
    stdout: /not checked {2}standard input/,
  },
  { argv: "audit - --json --fail-on never", status: 0, stdin: "$SAMPLE", stdout: /LIM-001/ },
  { argv: "audit -", status: 2, stdin: "$TEXT", stdout: /UNREADABLE/ },
  { argv: "audit -", status: 2, stdin: "empty", stdout: "", stderr: /it is empty/ },
  {
    argv: "manifest - --image",
    status: 0,
    stdin: "$SAMPLE",
    stdout: /^3ce62256[0-9a-f]{56} {2}-\n$/,
  },
  { argv: "manifest - --image --json", status: 0, stdin: "$SAMPLE", stdout: /3ce62256/ },
  { argv: "manifest - --image", status: 2, stdin: "empty", stdout: "", stderr: /it is empty/ },
  ...["manifest -", "info -", "list -", "cat - x", "map -", "where - x", "why - 0"].map((
    argv,
  ): Case => ({ argv, status: 2, stdin: "$SAMPLE", stdout: "", stderr: /--spool keeps it/ })),
  { argv: "verify $SAMPLE -", status: 2, stdin: "$TEXT", stdout: "", stderr: /Cannot/ },
  { argv: "verify - -", status: 2, stdin: "$SAMPLE", stdout: "", stderr: /only one/ },
  { argv: "compare - -", status: 2, stdin: "$SAMPLE", stdout: "", stderr: /only one/ },
];
