export const resends = {
  'resend.open': '批量重推',
  'resend.title': '重推符合条件的通知',
  'resend.needFilter': '请先设置筛选条件，再批量重推。',
  'resend.matches': '符合条件的通知共 {count} 条',
  'resend.atLeast': '符合条件的通知至少 {count} 条，一次最多重推这么多',
  'resend.sample': '其中几条',
  'resend.warning': '已送达的通知也会再次推送，客户会再收到一次；同一任务仍按顺序。',
  'resend.type': '请输入条数 {count} 以确认',
  'resend.start': '开始重推',
  'resend.nothing': '没有符合条件的通知',
  'resend.resent': '已重新排队 {count} 条，按任务顺序推送。',
} as const;
