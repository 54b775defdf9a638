// Embeds operator descriptions with an encoder bundle, from their token ids:
//
//     node embed.mjs ENCODER_FOLDER ids.json
//
// ids.json is a list of lists of token ids, start and end tokens included; printed is one vector of length 1 a line.

import { readFileSync } from "node:fs";
import { main } from "./bundle.mjs";
import { openEncoder } from "./encoder.mjs";

await main(
  async (folder, file) => {
    const { embed } = await openEncoder(folder);
    for (const ids of JSON.parse(readFileSync(file, "utf8"))) {
      console.log(JSON.stringify([...(await embed(ids))]));
    }
  },
  ["ENCODER_FOLDER", "IDS.json"],
);
