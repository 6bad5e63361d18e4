/** What one call of `Store.retire` took away. */
export interface Retired {
  readonly attempts: number;
  readonly changes: number;
  readonly notices: number;
  /** Whether there is more to do at once. */
  readonly more: boolean;
}

export const dayMs: number = 86_400_000;
/** How long attempts and settled changes are kept unless somebody says otherwise. */
export const retentionDaysDefault = 30;
