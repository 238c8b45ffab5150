// Check the release of a dossier offline: node build/verify.js DOSSIER TRUST

import {readFileSync} from "node:fs";
import {NotTrusted, Trust} from "./seal.js";

const [dossier, trust] = process.argv.slice(2) as [string, string];
try {
  const release = await (await Trust.load(trust)).releaseOf(readFileSync(dossier));
  console.log(`release ${release.releaseNumber} sealed by ${release.header.issuer}`);
} catch (error) {
  if (!(error instanceof NotTrusted)) throw error;
  console.error(`not trusted: ${error.message}`);
  process.exit(1);
}
