import { main } from 'doorbell';

await main(process.argv);
