import type { ExecutionState } from '@sightglass/client';
import { download } from '../../shared/download.js';
import { exportOf } from '../../shared/executions/executions.js';
import type { ExportFormat } from '../../shared/executions/executions.js';
import { optIns } from '../../shared/notify/optIns.svelte.js';
import type { MenuItem } from '../../shared/ui/menu.js';

/**
 * What the menu of an execution offers beside the buttons.
 * @param compareHref Where it is compared with the one before; null where there is none.
 * @param mayRun Whether the caller may run it again.
 * @param remove Asks whether to delete it; null where the caller may not.
 */
export function menuOf({ id, pipelineId }: ExecutionState, compareHref: string | null, mayRun: boolean, remove: (() => void) | null): MenuItem[] {
  const save = (label: string, format: ExportFormat) => ({ label, run: () => download(exportOf(id, format)) });
  const { executions, pipelines } = optIns.value;
  return [
    ...(mayRun ? [{ label: 'Run again with other inputs…', href: `/pipelines/${encodeURIComponent(pipelineId)}?from=${encodeURIComponent(id)}` }] : []),
    { label: 'Notify me about this execution', checked: executions.includes(id), run: () => void optIns.toggle('executions', id) },
    { label: 'Notify me about this pipeline', checked: pipelines.includes(pipelineId), run: () => void optIns.toggle('pipelines', pipelineId) },
    ...(compareHref ? [{ label: 'Compare with the one before', href: compareHref }] : []),
    { label: 'Compare with another…', href: `/executions?pipeline=${encodeURIComponent(pipelineId)}` },
    save('Export state and events (JSON)', 'json'),
    save('Export the log (NDJSON)', 'ndjson'),
    save('Export the stages (CSV)', 'csv'),
    save('Export a dump: all of it, to import elsewhere (zip)', 'dump'),
    ...(remove ? [{ label: 'Delete…', danger: true, run: remove }] : []),
  ];
}
