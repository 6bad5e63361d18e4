/** A number with its names. */
export interface NamedCode {
  readonly code: number;
  readonly zh: string;
  readonly en: string;
}

/** What the state of a response means. */
export const responseStates: readonly NamedCode[] = [
  { code: 200, zh: '成功', en: 'success' },
  { code: 401, zh: '身份认证失败', en: 'authentication failed' },
  { code: 4011, zh: '刷新令牌失败', en: 'token refresh failed' },
  { code: 403, zh: '拒绝请求', en: 'request refused' },
  { code: 500, zh: '内部错误', en: 'internal error' },
];

/** What became of a notification. */
export const results: readonly NamedCode[] = [
  { code: 0, zh: '未通知', en: 'not notified' },
  { code: 1, zh: '通知成功', en: 'notified' },
  { code: 2, zh: '客户接口拒绝', en: 'refused by the customer' },
  { code: 3, zh: '推送时发生错误', en: 'error while notifying' },
];
