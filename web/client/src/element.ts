import { WorkflowExecutionMonitorElement } from './element/monitor.js';

export { WorkflowExecutionMonitorElement };

const name = 'workflow-execution-monitor';
if (!customElements.get(name)) customElements.define(name, WorkflowExecutionMonitorElement);

declare global {
  interface HTMLElementTagNameMap {
    'workflow-execution-monitor': WorkflowExecutionMonitorElement;
  }
}
