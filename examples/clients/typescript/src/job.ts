// What both bindings share: the sandbox's file, and what is told at the end.

import {randomBytes} from "node:crypto";
import {readFileSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {digest, seal, token, Trust, type Asked, type Envelope, type Key} from "./seal.js";

export const PLATFORM = "xa.platform";
export const PAYMENTS = "xa.pay";
export const CARRIER = "xa.carrier";
export const PATIENCE_MS = 90_000;

type ClientFile = {
  endpoint: string;
  grpc: string;
  audience: string;
  environment: string;
  trust: string;
  keys: Record<string, {seal: Key; token: Key}>;
};

/** Whom to call, and with which keys. */
export class Sandbox {
  private constructor(readonly file: ClientFile, readonly trust: Trust) {}

  /** Read client.json and the trust file beside it. */
  static async open(path: string): Promise<Sandbox> {
    const file: ClientFile = JSON.parse(readFileSync(path, "utf8"));
    return new Sandbox(file, await Trust.load(join(dirname(path), file.trust)));
  }

  /** Seal a document's octets by a member's key. */
  seal(member: string, payload: Uint8Array): Promise<Envelope> {
    return seal(this.keys(member).seal, payload);
  }

  /** Make a caller token of a member. */
  token(member: string, htm: string, htu: string, bound?: Uint8Array): Promise<string> {
    const asked: Asked = {aud: this.file.audience, env: this.file.environment, htm, htu};
    return token(this.keys(member).token, asked, bound);
  }

  private keys(member: string) {
    const keys = this.file.keys[member];
    if (keys === undefined) throw new Error(`client.json has no keys of ${member}`);
    return keys;
  }
}

/** What the job saw, printed as one line of JSON at its end. */
export class Told {
  receipts: Record<string, string> = {};
  events: string[] = [];
  export = "";
  dossier = "";
  release = "";
  refusal: Record<string, string> = {};

  constructor(readonly binding: string) {}

  /** Keep the sealed outcome of a submission, which decides, not the status (TF-REST-2). */
  async outcome(sandbox: Sandbox, payload: Uint8Array, sealed: Envelope): Promise<void> {
    const said = JSON.parse(Buffer.from(await sandbox.trust.open(sealed)).toString("utf8"));
    if (said.header.type === "refusal") {
      const {code, requirement, title, violations} = said.problem;
      if (violations === undefined) throw new Error(`refused: ${JSON.stringify(said.problem)}`);
      const {rule, pointer, message} = violations[0];
      this.refusal = {code, requirement, rule, pointer};
      console.log(`refused: ${code} (${requirement}), ${title}\n  ${rule} at ${pointer}: ${message.en}`);
      return;
    }
    if (said.document.digest !== digest(payload)) throw new Error("the receipt is for another document");
    console.log(`${said.document.type}: ${said.outcome}, receipt ${said.header.id}`);
    this.receipts[said.document.digest] = said.outcome;
  }

  /** Check the dossier's release, keep the dossier's octets and print the line. */
  async finish(sandbox: Sandbox, dossier: Uint8Array, wanted: string): Promise<void> {
    const release = await sandbox.trust.releaseOf(dossier, wanted);
    writeFileSync("dossier.json", dossier);
    this.dossier = wanted;
    this.release = release.releaseNumber;
    console.log(`dossier ${wanted} in dossier.json, release ${this.release} sealed by ${release.header.issuer}`);
    console.log(JSON.stringify(this));
  }
}

/** Say whether a dossier's head is about the consignment of this waybill: the feed has those of all. */
export function about(head: Uint8Array, waybill: string): boolean {
  const keys: {scheme: string; issuer: string; value: string}[] =
    JSON.parse(Buffer.from(head).toString("utf8")).header.subjects[0].keys;
  return keys.some((key) => key.scheme === "waybill" && key.issuer === CARRIER && key.value === waybill);
}

/** A number that nobody used before. */
export function fresh(): string {
  return randomBytes(6).toString("hex").toUpperCase();
}

/** The present as the standard writes times. */
export function now(): string {
  return new Date().toISOString();
}

/** The octets of a document, written once. */
export function written(document: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(document));
}
