using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace Hrm.Core;

/// <summary>Registers a solver in an application's services.</summary>
public static class SolverServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="HrmSolver"/> as a singleton with options from a configuration.</summary>
    /// <remarks>
    /// <para>
    /// The options are checked when the host starts; bad options throw <see cref="OptionsValidationException"/>. An unknown key is an
    /// error, because a mistyped option would otherwise do nothing. The host then loads the model in the background; without a host it is
    /// loaded on first use. Weights that do not fit their config are logged, and are the error of each request. To end the start instead,
    /// resolve the solver before. <see cref="SolverHealthChecksBuilderExtensions.AddHrmSolver"/> tells when it is ready.
    /// </para>
    /// <para>
    /// A registered <see cref="IHaltingPolicy"/> is used instead of the stops of the options, of which none may be set then. A registered
    /// <c>Func&lt;HrmConfig, HrmModel&gt;</c> creates a model with modules of your own, see <see cref="HrmModel.Load"/>.
    /// </para>
    /// <para>
    /// The meter <c>Hrm.Solver</c> has <c>hrm.solver.puzzles</c>, <c>.segments</c>, <c>.row_segments</c>, <c>.queue.length</c>,
    /// <c>.batch.size</c>, <c>.rejected</c> and <c>.duration</c> (seconds, by <c>outcome</c>); the activity source of the same name has
    /// an activity per request, <c>solve</c> or <c>trace</c>, with the tags <c>hrm.solver.segments</c>, <c>.reason</c> and <c>.outcome</c>.
    /// All have the tag <c>hrm.model.name</c>, the name of the model that answers (<see cref="HrmModel.Name"/>), and those of a named
    /// solver <c>hrm.solver.name</c>. Each model name is a time series of its own, which stays after a swap.
    /// </para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The configuration of <see cref="SolverServiceOptions"/>.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="InvalidOperationException">The services already contain one.</exception>
    public static IServiceCollection AddHrmSolver(this IServiceCollection services, IConfiguration section) => Add(services, null, Binding(section, null));

    /// <summary>Adds a <see cref="HrmSolver"/> as a singleton, with options set in code; otherwise as with a configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="InvalidOperationException">The services already contain one.</exception>
    public static IServiceCollection AddHrmSolver(this IServiceCollection services, Action<SolverServiceOptions> configure) => Add(services, null, configure);

    /// <summary>Adds a <see cref="HrmSolver"/> as a keyed singleton, <c>[FromKeyedServices("name")] HrmSolver</c>; otherwise as without a name.</summary>
    /// <remarks>
    /// Call it once per name. A named solver takes the policy and the function that are registered under its name as the key; register
    /// them under <see cref="KeyedService.AnyKey"/> for all named solvers. Those without a key are only for the solver without a name.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of the solver, the name of its options, and its name in metrics and traces.</param>
    /// <param name="section">The configuration of <see cref="SolverServiceOptions"/>.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="InvalidOperationException">The services already contain one of this name.</exception>
    public static IServiceCollection AddHrmSolver(this IServiceCollection services, string name, IConfiguration section)
        => services.AddHrmSolver(name, Binding(section, name));

    /// <summary>Adds a <see cref="HrmSolver"/> as a keyed singleton, with options set in code; otherwise as with a configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of the solver, the name of its options, and its name in metrics and traces.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="InvalidOperationException">The services already contain one of this name.</exception>
    public static IServiceCollection AddHrmSolver(this IServiceCollection services, string name, Action<SolverServiceOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Add(services, name, configure);
    }

    private static Action<SolverServiceOptions> Binding(IConfiguration section, string? name)
    {
        ArgumentNullException.ThrowIfNull(section);
        return options => CheckedBinding.Fill<SolverServiceOptions>(() => section.Bind(options, CheckedBinding.Strict), name);
    }

    private static IServiceCollection Add(IServiceCollection services, string? name, Action<SolverServiceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        if (services.Any(service => service.ServiceType == typeof(HrmSolver) && Equals(service.ServiceKey, name)))
        {
            throw new InvalidOperationException(name is null
                ? "expected no solver among the services, got one: give each further one a name."
                : $"expected no solver named '{name}' among the services, got one: give each a name of its own.");
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SolverServiceOptions>, OptionsValidator<SolverServiceOptions>>());
        services.AddOptions<SolverServiceOptions>(name).Configure(configure).ValidateOnStart();
        services.AddSingleton(_ => new SolverState(name));
        services.AddKeyedSingleton(name, (provider, _) => Load(provider, SolverState.Of(provider, name)));
        return services.AddHostedService<SolverLoading>();
    }

    private static HrmSolver Load(IServiceProvider services, SolverState state)
    {
        try
        {
            state.Solver = Load(services, state.Name);
            return state.Solver;
        }
        catch (Exception error)
        {
            state.Error = error;
            throw;
        }
    }

    private static HrmSolver Load(IServiceProvider services, string? name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<SolverServiceOptions>>().Get(name);
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var logger = services.GetService<ILogger<HrmSolver>>() ?? NullLogger<HrmSolver>.Instance;
        var policy = services.GetKeyedService<IHaltingPolicy>(name);
        var create = services.GetKeyedService<Func<HrmConfig, HrmModel>>(name);
        if (policy is not null && options.HasStops)
        {
            throw new InvalidConfigException("solver options", ["Confidence, UnchangedSegments, TimeLimit, Limits:Rule: expected none beside a registered IHaltingPolicy, got at least one"]);
        }

        var start = time.GetTimestamp();
        var device = DeviceOf(options.Device);
        var solver = HrmSolver.Load(
            options.Folder,
            options.Limits,
            model => policy ?? options.CreateHalting(SolverOptions.RuleOf(model)),
            folder => HrmSolver.LoadModel(folder, device, ForwardDtypes.Instance.Find(options.ForwardDtype), create),
            time,
            new SolverObservers(name, logger, services.GetService<IMeterFactory>()));
        logger.Loaded(options.Folder, time.GetElapsedTime(start).TotalMilliseconds, solver.Config.ParameterCount, options.Device);
        return solver;
    }

    internal static torch.Device DeviceOf(string name)
    {
        try
        {
            var device = torch.device(name);
            return device.type != DeviceType.CUDA || device.index < torch.cuda.device_count() ? device : throw Missing(name);
        }
        catch (InvalidOperationException)
        {
            throw Missing(name);
        }
    }

    private static InvalidConfigException Missing(string name) => new("solver options", [$"Device: expected an available device, got '{name}'"]);
}

/// <summary>Binds options; unreadable values throw the same exception as values out of range.</summary>
internal static class CheckedBinding
{
    /// <summary>Fills options from a section.</summary>
    /// <param name="bind">Binds the options with <see cref="Strict"/>. The call names their type, because trimmed applications need generated code for it.</param>
    /// <param name="name">The name of the options, if they have one.</param>
    /// <exception cref="OptionsValidationException">A key is unknown, or a value cannot be read.</exception>
    public static void Fill<TOptions>(Action bind, string? name = null)
        where TOptions : class
    {
        try
        {
            bind();
        }
        catch (InvalidOperationException error)
        {
            throw new OptionsValidationException(name ?? Options.DefaultName, typeof(TOptions), [RangeRules.Named(name, Explain(error.Message))]);
        }
    }

    /// <summary>Makes an unknown key an error.</summary>
    public static void Strict(BinderOptions binder) => binder.ErrorOnUnknownConfiguration = true;

    /// <summary>Returns the binder's message without its internal names; it ends with the unknown keys.</summary>
    private static string Explain(string message)
    {
        const string Unknown = "were not found on the instance of ";
        var place = message.IndexOf(Unknown, StringComparison.Ordinal);
        return place < 0 ? message : $"expected known settings, got{message[message.IndexOf(": ", place, StringComparison.Ordinal)..].TrimStart(':')}";
    }
}
