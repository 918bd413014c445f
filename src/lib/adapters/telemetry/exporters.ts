import type { TokenCredential } from '@azure/core-auth';
import type { Exporters } from './otel.ts';

/** To any OTLP endpoint over HTTP, as JSON. Headers (a vendor's key) come from `OTEL_EXPORTER_OTLP_HEADERS`, as everywhere. */
export async function otlpExporters(endpoint: string): Promise<Exporters> {
  const [{ OTLPTraceExporter }, { OTLPMetricExporter }] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/exporter-metrics-otlp-http'),
  ]);
  return {
    spans: new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }),
    metrics: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics` }),
  };
}

/** To Azure Monitor, as the app's own identity where the resource takes Entra identities only. */
export async function azureMonitorExporters(
  connectionString: string,
  credential: TokenCredential | null,
): Promise<Exporters> {
  const { AzureMonitorMetricExporter, AzureMonitorTraceExporter } =
    await import('@azure/monitor-opentelemetry-exporter');
  // What could not be sent is not kept on the disk of a worker that may be gone a minute later.
  const options = { connectionString, disableOfflineStorage: true, ...(credential ? { credential } : {}) };
  return { spans: new AzureMonitorTraceExporter(options), metrics: new AzureMonitorMetricExporter(options) };
}
