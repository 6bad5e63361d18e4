/** Where the browser's own record of what was loaded is divided: what follows was not needed by the page that is open. */
export const idleMark = 'doorbell-idle';
