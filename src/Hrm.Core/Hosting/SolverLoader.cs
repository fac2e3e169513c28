using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Hrm.Core;

/// <summary>Loads a solver of an application when its host starts, without delaying the start, or on first use. It is also the health check.</summary>
/// <param name="services">The services.</param>
/// <param name="name">The key of the solver; <see langword="null"/> for the one without.</param>
internal sealed class SolverLoader(IServiceProvider services, string? name) : BackgroundService, IHealthCheck
{
    private readonly ILogger _logger = services.GetService<ILogger<HrmSolver>>() ?? NullLogger<HrmSolver>.Instance;
    private HrmSolver? _solver;
    private Exception? _error;

    /// <summary>Loads the solver; for the container, which calls it again only after an error.</summary>
    public HrmSolver Load()
    {
        try
        {
            return _solver = Create();
        }
        catch (Exception error)
        {
            _error = error;
            throw;
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_solver is null)
        {
            return Task.FromResult(new HealthCheckResult(context.Registration.FailureStatus, _error?.Message ?? "loading", _error));
        }

        var counts = _solver.Statistics;
        return Task.FromResult(HealthCheckResult.Healthy("ready", new Dictionary<string, object>
        {
            ["model"] = _solver.ModelName,
            ["solved"] = counts.Solved,
            ["running"] = counts.Running,
            ["waiting"] = counts.Waiting,
        }));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(
        () =>
        {
            try
            {
                services.GetRequiredKeyedService<HrmSolver>(name);
            }
            catch (Exception error)
            {
                // A host that stops meanwhile has disposed the services.
                if (!stoppingToken.IsCancellationRequested)
                {
                    _logger.LoadFailed(error, name ?? "without a name");
                }
            }
        },
        CancellationToken.None);

    private HrmSolver Create()
    {
        var options = services.GetRequiredService<IOptionsMonitor<SolverServiceOptions>>().Get(name);
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var policy = services.GetKeyedService<IHaltingPolicy>(name);
        var create = services.GetKeyedService<Func<HrmConfig, HrmModel>>(name);
        if (policy is not null && options.HasStops)
        {
            throw new InvalidConfigException("solver options", ["Confidence, UnchangedSegments, TimeLimit, Limits:Rule: expected none beside a registered IHaltingPolicy, got at least one"]);
        }

        var start = time.GetTimestamp();
        var solver = HrmSolver.Load(
            options.Folder,
            options.Limits,
            model => policy ?? options.CreateHalting(model.Rule),
            new ModelSource(DeviceOf(options.Device, "solver options"), ForwardDtypes.Instance.Find(options.ForwardDtype), create),
            time,
            new SolverObservers(name, _logger, services.GetService<IMeterFactory>()));
        _logger.Loaded(options.Folder, time.GetElapsedTime(start).TotalMilliseconds, solver.Config.ParameterCount, options.Device);
        return solver;
    }

    internal static torch.Device DeviceOf(string name, string owner)
    {
        try
        {
            var device = torch.device(name);
            return device.type != DeviceType.CUDA || device.index < torch.cuda.device_count() ? device : throw Missing();
        }
        catch (InvalidOperationException)
        {
            throw Missing();
        }

        InvalidConfigException Missing() => new(owner, [$"Device: expected an available device, got '{name}'"]);
    }
}
