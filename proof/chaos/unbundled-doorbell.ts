import { main } from '../../packages/cli/dist/main.js';

await main(process.argv);
