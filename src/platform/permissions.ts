// Giving up permissions: an open handle goes on reading, and nothing else can be opened any more.

/** What a command still needs once its files are open. */
export type Keep = { readonly read?: boolean; readonly write?: boolean };

const names = ["run", "ffi", "net", "env", "sys", "import", "write", "read"] as const;

/**
 * Revokes every permission that `keep` does not name, for good. Without the Deno runtime there is
 * nothing to revoke.
 */
export async function dropPermissions(keep: Keep = {}): Promise<void> {
  if (typeof Deno === "undefined") return;
  for (const name of names) {
    if ((name === "read" && keep.read) || (name === "write" && keep.write)) continue;
    await Deno.permissions.revoke({ name });
  }
}
