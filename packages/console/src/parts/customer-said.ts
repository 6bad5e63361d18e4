/** What the customer wrote in its answer: it ends the sentence that the server keeps of an attempt or a pause. */
export function customerSaid(detail: string): string | undefined {
  return / It said: (.+)$/s.exec(detail)?.[1];
}
