import { blake3 } from '@noble/hashes/blake3.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** How the modelstat SDKs derive their ids; a receiver takes them as they are. */

const SEPARATOR = Uint8Array.of(0x1f);
const HASH_DIGITS = 32;
const TOOL_CALL_DIGITS = 16;

/** The first 32 hex digits of BLAKE3 over the parts, joined with 0x1F. */
export function contentHash(parts: readonly string[]): string {
  const bytes = parts.flatMap((part, index) =>
    index === 0 ? [utf8ToBytes(part)] : [SEPARATOR, utf8ToBytes(part)],
  );
  return bytesToHex(blake3(concatBytes(...bytes))).slice(0, HASH_DIGITS);
}

/** @param sourceRef `<session>::<started, epoch ms>::<n-th call of the process>` */
export function sourceEventId(deviceId: string, sourceRef: string): string {
  return `evt_${contentHash([deviceId, sourceRef])}`;
}

export function batchId(eventIds: readonly string[]): string {
  return `batch_${contentHash(eventIds.toSorted())}`;
}

export function toolCallId(eventId: string, index: number): string {
  return `tc_${contentHash([eventId, String(index)]).slice(0, TOOL_CALL_DIGITS)}`;
}
