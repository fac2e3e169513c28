using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hrm.Core;

/// <summary>The state of a solver of an application: loading, failed or ready.</summary>
/// <param name="name">The key of the solver among the services; <see langword="null"/> for the one without.</param>
internal sealed class SolverState(string? name)
{
    public string? Name => name;

    /// <summary>The solver, once it is loaded.</summary>
    public HrmSolver? Solver { get; set; }

    /// <summary>The error of the last attempt to load it.</summary>
    public Exception? Error { get; set; }

    public static SolverState Of(IServiceProvider services, string? name)
        => services.GetServices<SolverState>().FirstOrDefault(state => state.Name == name)
            ?? throw new InvalidOperationException($"expected a solver {(name is null ? "without a name" : $"named '{name}'")} among the services, got none: call AddHrmSolver.");
}

/// <summary>Loads the solvers of an application when its host starts, beside the start. The error of a failed attempt is logged; the next request tries again.</summary>
internal sealed class SolverLoading(IServiceProvider services, IEnumerable<SolverState> states, ILogger<HrmSolver> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(() => LoadAll(stoppingToken), CancellationToken.None);

    private void LoadAll(CancellationToken stoppingToken)
    {
        foreach (var state in states.TakeWhile(_ => !stoppingToken.IsCancellationRequested))
        {
            try
            {
                services.GetRequiredKeyedService<HrmSolver>(state.Name);
            }
            catch (Exception error)
            {
                // A host that stops meanwhile has disposed the services.
                if (!stoppingToken.IsCancellationRequested)
                {
                    logger.LoadFailed(state.Name ?? "without a name", error);
                }
            }
        }
    }
}

/// <summary>Healthy when the solver is loaded. Never loads it.</summary>
internal sealed class SolverHealthCheck(SolverState state) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(state switch
        {
            { Solver: { } solver } => Ready(solver),
            { Error: { } error } => new HealthCheckResult(context.Registration.FailureStatus, error.Message, error),
            _ => new HealthCheckResult(context.Registration.FailureStatus, "loading"),
        });

    private static HealthCheckResult Ready(HrmSolver solver)
    {
        var statistics = solver.Statistics;
        return HealthCheckResult.Healthy("ready", new Dictionary<string, object>
        {
            ["model"] = solver.ModelName,
            ["solved"] = statistics.Solved,
            ["running"] = statistics.Running,
            ["waiting"] = statistics.Waiting,
        });
    }
}

/// <summary>Adds the readiness of a solver to the health checks of an application.</summary>
public static class SolverHealthChecksBuilderExtensions
{
    /// <summary>Adds a check of a solver from <c>AddHrmSolver</c>, of the same name or <c>hrm-solver</c>.</summary>
    /// <remarks>
    /// Unhealthy while the solver is loading, with the description <c>loading</c>, and after a failed attempt, with its error. Healthy
    /// when the solver is loaded, with the name of the model (<c>model</c>) and the counts <c>solved</c>, <c>running</c> and
    /// <c>waiting</c>. Use it for readiness, not for liveness: a service that restarts loads again.
    /// </remarks>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name of the solver; <see langword="null"/> for the one without.</param>
    /// <param name="tags">Tags of the check, to filter by; none by default.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static IHealthChecksBuilder AddHrmSolver(this IHealthChecksBuilder builder, string? name = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(name ?? "hrm-solver", services => new SolverHealthCheck(SolverState.Of(services, name)), failureStatus: null, tags));
    }
}
