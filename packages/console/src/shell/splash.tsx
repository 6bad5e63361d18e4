/** What index.html shows from the start, until it is known who is there. */
export function Splash() {
  return (
    <div className="splash">
      <img src="/bell.svg" alt="" width={48} height={48} />
      <span>Doorbell</span>
    </div>
  );
}
