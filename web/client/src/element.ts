import { WorkflowExecutionMonitorElement } from './element/monitor.js';

export { WorkflowExecutionMonitorElement };

const name = 'workflow-execution-monitor';
const elements = globalThis.customElements as CustomElementRegistry | undefined;
if (!elements?.get(name)) elements?.define(name, WorkflowExecutionMonitorElement);

declare global {
  interface HTMLElementTagNameMap {
    'workflow-execution-monitor': WorkflowExecutionMonitorElement;
  }
}
