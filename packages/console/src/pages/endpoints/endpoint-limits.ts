/** The limits of the API, so that the form refuses what the server would; a test compares them. */
export const endpointLimits = [
  ['inFlightMax', 1, 256],
  ['connectTimeoutMs', 100, 10_000],
  ['totalTimeoutMs', 1_000, 17_500],
  ['retryHorizonHours', 0.1, 720],
] as const;
