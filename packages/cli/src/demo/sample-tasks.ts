/** A customer of the demo. */
export interface SampleCustomer {
  readonly id: string;
  readonly name: string;
  /** How many notifications its receiver answers with state 500 before it recovers. */
  readonly failFirst: number;
}

/** A house task of the demo and the states it goes through. */
export interface SampleTask {
  readonly ids: {
    readonly customerId: string;
    readonly houseTaskId: string;
    readonly houseId: string;
    readonly packageId: string;
    readonly userId: string;
    readonly userName: string;
  };
  readonly states: readonly number[];
  readonly story: string;
}

export const sampleCustomers: readonly SampleCustomer[] = [
  { id: 'demo-hillside', name: 'Hillside Realty', failFirst: 0 },
  { id: 'demo-riverside', name: 'Riverside Rentals', failFirst: 1 },
];

export const sampleTasks: readonly SampleTask[] = [
  {
    ids: {
      customerId: 'demo-hillside',
      houseTaskId: 'T-1001',
      houseId: 'maple-street-12',
      packageId: 'package-maple',
      userId: 'photographer-7',
      userName: '王芳 Wang Fang',
    },
    states: [9000, 10000, 20000, 30000, 40000, 45000, 50000],
    story: 'straight to done',
  },
  {
    ids: {
      customerId: 'demo-hillside',
      houseTaskId: 'T-1002',
      houseId: 'cedar-lane-4',
      packageId: 'package-cedar',
      userId: 'photographer-7',
      userName: '王芳 Wang Fang',
    },
    states: [9000, 10000, 20000, 30000, 40000, 45000, 40000, 45000, 50000],
    story: 'sent back from review once: 45000, 40000, 45000',
  },
  {
    ids: {
      customerId: 'demo-riverside',
      houseTaskId: 'T-1003',
      houseId: 'harbour-road-9',
      packageId: 'package-harbour',
      userId: 'photographer-9',
      userName: '李雷 Li Lei',
    },
    states: [9000, 10000, 20000, 30000, 40000, 45000, 50000],
    story: 'its receiver fails at first and recovers; the retry comes after about 5 s',
  },
];
