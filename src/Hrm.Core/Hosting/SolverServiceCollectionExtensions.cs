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
    /// <summary>Adds a <see cref="HrmSolver"/> as a singleton with options from a configuration; it is loaded on first use.</summary>
    /// <remarks>
    /// <para>
    /// The options are checked when the host starts; bad options throw <see cref="OptionsValidationException"/>. An unknown key is an
    /// error, because a mistyped option would otherwise do nothing. Weights that do not fit their config are reported when the model is
    /// loaded: resolve the solver once at start, so that no request waits for it or gets the error.
    /// </para>
    /// <para>
    /// A registered <see cref="IHaltingPolicy"/> is used instead of the stops of the options, of which none may be set then. A registered
    /// <c>Func&lt;HrmConfig, HrmModel&gt;</c> creates a model with modules of your own, see <see cref="HrmModel.Load"/>.
    /// </para>
    /// <para>
    /// The meter <c>Hrm.Solver</c> has <c>hrm.solver.puzzles</c>, <c>.segments</c>, <c>.row_segments</c>, <c>.queue.length</c>,
    /// <c>.batch.size</c>, <c>.rejected</c> and <c>.duration</c> (seconds, by <c>outcome</c>); the activity source of the same name has
    /// an activity per request, <c>solve</c> or <c>trace</c>, with the tags <c>hrm.solver.segments</c>, <c>.reason</c> and <c>.outcome</c>.
    /// </para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The configuration of <see cref="SolverServiceOptions"/>.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="InvalidOperationException">The services already contain one.</exception>
    public static IServiceCollection AddHrmSolver(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddHrmSolver(options => CheckedBinding.Fill<SolverServiceOptions>(() => section.Bind(options, CheckedBinding.Strict)));
    }

    /// <summary>Adds a <see cref="HrmSolver"/> as a singleton, with options set in code; otherwise as with a configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="InvalidOperationException">The services already contain one.</exception>
    public static IServiceCollection AddHrmSolver(this IServiceCollection services, Action<SolverServiceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        if (services.Any(service => service.ImplementationType == typeof(OptionsValidator<SolverServiceOptions>)))
        {
            throw new InvalidOperationException("expected no solver among the services, got one: the options of two would be mixed. Create the others with HrmSolver.Load.");
        }

        services.AddSingleton<IValidateOptions<SolverServiceOptions>, OptionsValidator<SolverServiceOptions>>();
        services.AddOptions<SolverServiceOptions>().Configure(configure).ValidateOnStart();
        services.TryAddSingleton(Load);
        return services;
    }

    private static HrmSolver Load(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<SolverServiceOptions>>().Value;
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var logger = services.GetService<ILogger<HrmSolver>>() ?? NullLogger<HrmSolver>.Instance;
        var policy = services.GetService<IHaltingPolicy>();
        if (policy is not null && options.HasStops)
        {
            throw new InvalidConfigException("solver options", ["Confidence, UnchangedSegments, TimeLimit, Limits:Rule: expected none beside a registered IHaltingPolicy, got at least one"]);
        }

        var start = time.GetTimestamp();
        var solver = HrmSolver.Load(
            options.Folder,
            options.Limits,
            model => policy ?? options.CreateHalting(SolverOptions.RuleOf(model)),
            DeviceOf(options.Device),
            time,
            ForwardDtypes.Instance.Find(options.ForwardDtype),
            services.GetService<Func<HrmConfig, HrmModel>>());
        solver.Watch(services.GetService<IMeterFactory>(), logger, time);
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
    /// <exception cref="OptionsValidationException">A key is unknown, or a value cannot be read.</exception>
    public static void Fill<TOptions>(Action bind)
        where TOptions : class
    {
        try
        {
            bind();
        }
        catch (InvalidOperationException error)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(TOptions), [Explain(error.Message)]);
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
