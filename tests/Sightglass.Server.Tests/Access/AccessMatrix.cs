namespace Sightglass.Server.Tests.Access;

/// <summary>Who may use which route: written by hand, beside what the routes say of themselves.</summary>
internal static class AccessMatrix
{
    private const string Table = """
        open      GET    /healthz
        viewer    GET    /openapi/v1.json

        viewer    GET    /api/pipelines
        viewer    GET    /api/pipelines/{id}
        author    PUT    /api/pipelines/{id}
        author    DELETE /api/pipelines/{id}
        author    POST   /api/pipelines/validate
        viewer    GET    /api/pipelines/{id}/graph
        operator  POST   /api/pipelines/{id}/run

        viewer    GET    /api/executions
        operator  POST   /api/executions
        viewer    GET    /api/executions/running
        viewer    GET    /api/executions/history
        viewer    GET    /api/executions/compare
        author    POST   /api/executions/import
        viewer    GET    /api/executions/{id}
        admin     DELETE /api/executions/{id}
        viewer    GET    /api/executions/{id}/events
        operator  POST   /api/executions/{id}/events
        viewer    GET    /api/executions/{id}/state
        viewer    GET    /api/executions/{id}/graph
        viewer    GET    /api/executions/{id}/logs
        viewer    GET    /api/executions/{id}/lines
        viewer    GET    /api/executions/{id}/export
        viewer    GET    /api/executions/{id}/stages/{stage}
        viewer    GET    /api/executions/{id}/output/{stage}
        viewer    GET    /api/values/{reference}
        viewer    GET    /api/outputs
        viewer    GET    /api/outputs/{filename}

        operator  POST   /api/executions/{id}/cancel
        operator  POST   /api/executions/{id}/pause
        operator  POST   /api/executions/{id}/resume
        operator  POST   /api/executions/{id}/step
        operator  POST   /api/executions/{id}/retry
        viewer    POST   /api/executions/{id}/approve
        viewer    POST   /api/executions/{id}/reject
        operator  PUT    /api/executions/{id}/breakpoints/{stage}
        operator  DELETE /api/executions/{id}/breakpoints/{stage}
        operator  POST   /api/events

        viewer    GET    /api/feed
        viewer    GET    /api/overview
        viewer    GET    /ws
        viewer    GET    /api/queue/stats
        viewer    GET    /api/workers

        viewer    GET    /api/schedules
        operator  POST   /api/schedules/{pipeline}/{schedule}/pause
        operator  POST   /api/schedules/{pipeline}/{schedule}/resume
        operator  POST   /api/schedules/{pipeline}/{schedule}/trigger
        operator  GET    /api/webhooks
        operator  GET    /api/webhooks/dead
        operator  POST   /api/webhooks/dead/{id}/redeliver
        operator  DELETE /api/webhooks/dead/{id}

        viewer    GET    /api/config/status
        admin     PUT    /api/config/flags
        admin     PUT    /api/config/flags/{flag}

        open      GET    /api/auth/methods
        open      GET    /api/auth/oidc/login
        open      GET    /api/auth/oidc/callback
        open      GET    /api/session
        open      POST   /api/session
        open      DELETE /api/session
        viewer    PUT    /api/session/password
        viewer    GET    /api/organizations
        admin     POST   /api/organizations
        admin     GET    /api/users
        admin     POST   /api/users
        admin     GET    /api/users/{name}
        admin     PATCH  /api/users/{name}
        admin     DELETE /api/users/{name}
        viewer    GET    /api/tokens
        viewer    POST   /api/tokens
        viewer    DELETE /api/tokens/{id}
        admin     GET    /api/audit

        viewer    GET    /api/v1/playbook-runs/{id}
        viewer    GET    /api/v1/playbook-runs/{id}/steps/{stepKey}
        viewer    GET    /api/v1/playbook-runs/{id}/stream
        viewer    GET    /api/playbook-runs/{id}/stream
        viewer    GET    /ws/executions/{id}/logs
        operator  POST   /executions/{id}/start-streaming
        """;

    /// <summary>Gets the least role of each route, <c>open</c> where nobody has to be known, by method and pattern.</summary>
    public static IReadOnlyDictionary<string, string> Rows { get; } = Table.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .ToDictionary(row => row[1] + " " + row[2], row => row[0], StringComparer.Ordinal);
}
