import { hostname } from "node:os";
import { readSmallFile } from "./files.ts";
import { fingerprint } from "./fingerprint.ts";

const MACHINE_ID_FILES = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/** This machine, for binding a session or a heartbeat to it. */
export function thisMachine(): string {
  const machine = machineFingerprint();
  return machine === undefined ? hostname() : `${hostname()}~${machine}`;
}

/** Tells machines of one name apart, where the system says which it is. */
export function machineFingerprint(): string | undefined {
  for (const file of MACHINE_ID_FILES) {
    const id = readSmallFile(file)?.trim();
    if (id !== undefined && id !== "") return fingerprint(id);
  }
  return undefined;
}
