export const tail = {
  'tail.at': '时间',
  'tail.outcome': '判定',
  'tail.pause': '暂停显示',
  'tail.goOn': '继续显示',
  'tail.paused': '已暂停显示',
  'tail.connecting': '正在连接',
  'tail.live': '实时',
  'tail.lost': '连接中断，正在重连',
  'tail.count': '打开后收到 {taken} 次尝试，保留最近 {rows} 次。',
  'tail.dropped': '流量过大，另有 {count} 次未显示；都在通知记录里。',
  'tail.empty': '等待新的推送',
  'tail.emptyHint': '从现在起，每次推送尝试会立即出现在这里。',
} as const;
