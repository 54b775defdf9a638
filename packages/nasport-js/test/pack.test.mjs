// The packed package is small and complete: it installs without a network, scores in plain Node, and has types for editors.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

import { openBundle, Predictor, readNotation } from "../dist/index.js";
import { bundleFromFolder } from "../dist/node.js";

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));
const ROOT = join(PACKAGE, "../..");
const MODULES = join(PACKAGE, "../node_modules");
const UNIVERSAL = join(ROOT, "nasport/models/pretrained/universal");
const STRING = "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|";
const folder = mkdtempSync(join(tmpdir(), "nasport-pack-"));
const installed = join(folder, "node_modules/nasport");
let tarball = "";

before(() => {
  const [{ filename }] = JSON.parse(npm(PACKAGE, "pack", "--ignore-scripts", "--json", "--pack-destination", folder));
  tarball = join(folder, filename);
  writeFileSync(join(folder, "package.json"), '{"private": true, "type": "module"}');
  npm(folder, "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", tarball);
});
after(() => rmSync(folder, { recursive: true }));

/** Run npm with a cache of its own, so that nothing comes from earlier downloads. */
function npm(cwd, ...options) {
  return execFileSync("npm", [...options, "--cache", join(folder, "cache")], { cwd, encoding: "utf8", stdio: "pipe" });
}

function run(script) {
  writeFileSync(join(folder, "script.mjs"), script);
  return execFileSync(process.execPath, ["script.mjs"], { cwd: folder, encoding: "utf8" });
}

test("the package is small and contains only what its entries need", () => {
  const size = statSync(tarball).size;
  assert.ok(size < 150_000, `${size} bytes`);
  const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const others = files.filter(({ name }) => !/(\.js|\.d\.ts)$/.test(name)).map(({ name }) => name);
  assert.deepEqual(others.sort(), ["LICENSE", "README.md", "package.json"]);
  assert.deepEqual(readFileSync(join(installed, "LICENSE")), readFileSync(join(ROOT, "LICENSE")));
  assert.deepEqual(readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith(".")), ["nasport"]);
});

test("it scores in plain Node, and its errors have names", { skip: existsSync(UNIVERSAL) ? false : "no bundle" }, async () => {
  const output = run(`
    import { InputError, openBundle, Predictor, readNotation } from "nasport";
    import { bundleFromFolder } from "nasport/node";
    const predictor = await Predictor.load(await openBundle(bundleFromFolder(${JSON.stringify(UNIVERSAL)})));
    const [score] = await predictor.score([readNotation("nasbench201", ${JSON.stringify(STRING)})]);
    let refused;
    try { readNotation("nasbench201", "|x~0|"); } catch (error) { refused = error; }
    console.log(JSON.stringify({ score, error: [refused instanceof InputError, refused.name, refused.message] }));
  `);
  const { score, error } = JSON.parse(output);
  const predictor = await Predictor.load(await openBundle(bundleFromFolder(UNIVERSAL)));
  assert.deepEqual([score], await predictor.score([readNotation("nasbench201", STRING)]));
  assert.equal(score.parameters, 802_426);
  assert.deepEqual(error.slice(0, 2), [true, "InputError"]);
  assert.match(error[2], /expected/);
});

test("only its public entries can be imported", () => {
  const output = run(`
    import("nasport/dist/min/predictor/predictor.js").catch((error) => console.log(error.code));
  `);
  assert.equal(output, "ERR_PACKAGE_PATH_NOT_EXPORTED\n");
});

for (const [resolution, module] of [["NodeNext", "NodeNext"], ["Bundler", "ESNext"]]) {
  test(`its types resolve with the module resolution ${resolution}`, () => {
    const use = (type) => `
      import { type Architecture, openBundle, Predictor, readNotation, type Score } from "nasport";
      import { bundleFromFolder } from "nasport/node";
      const architecture: Architecture = readNotation("nasbench201", "");
      const predictor = await Predictor.load(await openBundle(bundleFromFolder("folder")), { runtime: "direct" });
      const [score]: Score[] = await predictor.score([architecture]);
      export const result: ${type} = score.distance;
    `;
    const compilerOptions = {
      strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false, target: "ES2022",
      lib: ["ES2022", "DOM"], types: [], module, moduleResolution: resolution,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
    const problems = (type) => {
      writeFileSync(join(folder, "consumer.ts"), use(type));
      const tsc = [join(MODULES, "typescript/bin/tsc"), "--project", "tsconfig.json"];
      try {
        return execFileSync(process.execPath, tsc, { cwd: folder, encoding: "utf8" });
      } catch (error) {
        return error.stdout;
      }
    };
    assert.equal(problems("number | null"), "");
    assert.match(problems("string"), /TS2322: Type 'number \| null' is not assignable to type 'string'/);
  });
}

test("a bundler leaves the notations out of a page that reads none", async (t) => {
  const compressed = async (...names) => {
    const contents = `import { ${names.join()} } from "nasport"; console.log(${names.join()});`;
    const result = await build({
      stdin: { contents, resolveDir: folder }, external: ["onnxruntime-web"],
      bundle: true, minify: true, format: "esm", platform: "browser", write: false,
    });
    return gzipSync(result.outputFiles[0].contents, { level: 9 }).length;
  };
  const scoring = ["bundleFromUrl", "openBundle", "parseArchitecture", "Predictor"];
  const [all, predictor] = await Promise.all([compressed(...scoring, "readNotation"), compressed(...scoring)]);
  t.diagnostic(`code of a page: ${predictor} bytes compressed, ${all} with notations`);
  assert.ok(predictor < 0.8 * all, `${predictor} of ${all} bytes`);
});
