import { messageOf, subscribeLogs } from '@sightglass/client/logs';
import type { ConnectionStatus, ExecutionLog } from '@sightglass/client/logs';
import { server } from '../../shared/api.js';

/** How many of the newest lines a monitor shows; the viewer has all of them. */
const shown = 300;

/** The newest log lines of an execution while a monitor shows them. */
export class MonitorLogs {
  lines = $state.raw<readonly { id: string; step: string; text: string; level: ExecutionLog['level'] }[]>([]);
  left = $state.raw(0);
  status = $state.raw<ConnectionStatus>('connecting');
  #reconnect = () => {};

  constructor(id: string) {
    $effect(() => {
      const subscription = subscribeLogs(id, server, ({ logs, status, dropped }) => {
        const newest = logs.slice(-shown);
        this.lines = newest.map((log) => ({ id: log.id, step: log.step_name, text: messageOf(log), level: log.level }));
        this.left = dropped + logs.length - newest.length;
        this.status = status;
      });
      this.#reconnect = () => subscription.reconnect();
      return () => subscription.close();
    });
  }

  reconnect(): void {
    this.#reconnect();
  }
}
