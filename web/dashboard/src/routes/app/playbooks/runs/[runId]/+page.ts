import { redirect } from '@sveltejs/kit';

export function load({ params, url }: { params: { runId: string }; url: URL }): never {
  redirect(307, `/executions/${encodeURIComponent(params.runId)}${url.search}`);
}
