/** One state of a house task. */
export interface TaskState {
  readonly code: number;
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  /** False for a state that only answers queries. */
  readonly notified: boolean;
}

/** One step of a house task, and what happens in it. */
export interface Transition {
  readonly to: number;
  readonly zh: string;
  readonly en: string;
}

/** Every state, by ascending code. */
export const taskStates: readonly TaskState[] = [
  { code: -1, key: 'not-found', zh: '任务不存在', en: 'task does not exist', notified: false },
  { code: 0, key: 'upload-failed', zh: '上传失败', en: 'upload failed', notified: true },
  { code: 9000, key: 'awaiting-capture', zh: '等待拍摄', en: 'awaiting capture', notified: true },
  { code: 10000, key: 'uploading', zh: 'App上传数据包中', en: 'app uploading the package', notified: true },
  { code: 20000, key: 'uploaded', zh: '已上传', en: 'uploaded', notified: true },
  { code: 30000, key: 'ai-built', zh: 'AI搭建完成', en: 'AI build done', notified: true },
  { code: 40000, key: 'stitching', zh: '人工拼接', en: 'manual stitching', notified: true },
  { code: 45000, key: 'in-review', zh: '客户审核中', en: 'customer review', notified: true },
  { code: 50000, key: 'done', zh: '已完成', en: 'done', notified: true },
  { code: 51000, key: 'cancelled', zh: '已取消', en: 'cancelled', notified: true },
  { code: 52000, key: 'impossible', zh: '无法制作', en: 'cannot be produced', notified: true },
];

const statesByCode: ReadonlyMap<number, TaskState> = new Map(taskStates.map((state) => [state.code, state]));

export function findTaskState(code: number): TaskState | undefined {
  return statesByCode.get(code);
}

/** From each notified state, where a task may go next. A task may begin in any state. */
export const transitions: ReadonlyMap<number, readonly Transition[]> = new Map([
  [
    0,
    [
      { to: 10000, zh: '重新上传', en: 'upload again' },
      { to: 51000, zh: '手机数据丢失，取消', en: 'data lost on the phone, cancelled' },
    ],
  ],
  [
    9000,
    [
      { to: 10000, zh: '拍摄完成，App上传', en: 'captured, app uploads' },
      { to: 51000, zh: '取消拍摄', en: 'capture cancelled' },
    ],
  ],
  [
    10000,
    [
      { to: 20000, zh: '上传并解包完成', en: 'uploaded and unpacked' },
      { to: 0, zh: '上传失败', en: 'upload failed' },
    ],
  ],
  [
    20000,
    [
      { to: 30000, zh: 'AI搭建', en: 'AI build' },
      { to: 50000, zh: '仅全景图，直接完成', en: 'panorama-only, done at once' },
      { to: 52000, zh: '数据包检查不通过', en: 'package check failed' },
    ],
  ],
  [
    30000,
    [
      { to: 40000, zh: '分配给制作员', en: 'assigned to a maker' },
      { to: 52000, zh: '发布为无法制作', en: 'published as impossible' },
    ],
  ],
  [
    40000,
    [
      { to: 45000, zh: '提交客户审核', en: 'handed to the customer for review' },
      { to: 50000, zh: '直接完成', en: 'done at once' },
      { to: 52000, zh: '发现无法制作', en: 'found impossible' },
    ],
  ],
  [
    45000,
    [
      { to: 50000, zh: '审核通过', en: 'approved' },
      { to: 40000, zh: '审核退回', en: 'sent back' },
      { to: 52000, zh: '客户认为无法制作', en: 'customer says impossible' },
    ],
  ],
  [50000, [{ to: 51000, zh: '完成后取消', en: 'cancelled after completion' }]],
  [51000, []],
  [
    52000,
    [
      { to: 51000, zh: '取消', en: 'cancelled' },
      { to: 10000, zh: '重新拍摄并上传', en: 'captured again and uploaded' },
      { to: 30000, zh: 'AI搭建失败后强制继续', en: 'forced on after a failed AI build' },
      { to: 40000, zh: '退回人工拼接', en: 'back to stitching, not if the build never finished' },
    ],
  ],
]);

/** Whether the published diagram has this step. States recur, and a state never follows itself. */
export function isLegalTransition(from: number, to: number): boolean {
  return transitions.get(from)?.some((transition) => transition.to === to) ?? false;
}
