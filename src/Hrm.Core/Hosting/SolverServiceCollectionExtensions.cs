using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Hrm.Core;

/// <summary>Registers solvers and their health checks in an application's services.</summary>
public static class SolverServiceCollectionExtensions
{
    /// <summary>Adds a <see cref="HrmSolver"/> as a singleton with options from a configuration.</summary>
    /// <remarks>
    /// <para>
    /// The options are checked when the host starts; bad options throw <see cref="OptionsValidationException"/>. An unknown key is an
    /// error, because a mistyped option would otherwise do nothing. The host then loads the model in the background; without a host it is
    /// loaded on first use. A model that cannot be loaded is logged, and each request gets the error: resolve the solver before the host
    /// starts to end the start instead.
    /// </para>
    /// <para>
    /// A registered <see cref="IHaltingPolicy"/> is used instead of the stops of the options, of which none may be set then. A registered
    /// <c>Func&lt;HrmConfig, HrmModel&gt;</c> creates a model with modules of your own, see <see cref="HrmModel.Load"/>.
    /// </para>
    /// <para>
    /// The meter <c>Hrm.Solver</c> has <c>hrm.solver.puzzles</c>, <c>.segments</c>, <c>.row_segments</c>, <c>.queue.length</c>,
    /// <c>.batch.size</c>, <c>.rejected</c> and <c>.duration</c> (seconds, by <c>outcome</c>); the activity source of the same name has
    /// an activity per request, <c>solve</c> or <c>trace</c>, with the tags <c>hrm.solver.segments</c>, <c>.reason</c> and <c>.outcome</c>.
    /// All have the tag <c>hrm.model.name</c> (<see cref="HrmModel.Name"/>), and <c>hrm.solver.name</c> if the solver has a name.
    /// </para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The configuration of <see cref="SolverServiceOptions"/>.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="InvalidOperationException">The services already contain one of this name, or without a name.</exception>
    public static IServiceCollection AddHrmSolver(this IServiceCollection services, IConfiguration section) => Add(services, null, Binding(section, null));

    /// <summary>Adds a <see cref="HrmSolver"/> as a singleton, with options set in code; otherwise as with a configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <inheritdoc cref="AddHrmSolver(IServiceCollection, IConfiguration)" path="/returns|/exception"/>
    public static IServiceCollection AddHrmSolver(this IServiceCollection services, Action<SolverServiceOptions> configure) => Add(services, null, configure);

    /// <summary>Adds a <see cref="HrmSolver"/> as a keyed singleton, <c>[FromKeyedServices("name")] HrmSolver</c>; otherwise as without a name.</summary>
    /// <remarks>
    /// Its policy and function are the services with its name as their key, or with <see cref="KeyedService.AnyKey"/>; those without a key
    /// are only for the solver without a name.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of the solver, and its name in options, metrics and traces.</param>
    /// <param name="section">The configuration of <see cref="SolverServiceOptions"/>.</param>
    /// <inheritdoc cref="AddHrmSolver(IServiceCollection, IConfiguration)" path="/returns|/exception"/>
    public static IServiceCollection AddHrmSolver(this IServiceCollection services, string name, IConfiguration section)
        => services.AddHrmSolver(name, Binding(section, name));

    /// <summary>Adds a <see cref="HrmSolver"/> as a keyed singleton, with options set in code; otherwise as with a configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name"><inheritdoc cref="AddHrmSolver(IServiceCollection, string, IConfiguration)" path="/param[@name='name']"/></param>
    /// <param name="configure">Sets the options.</param>
    /// <inheritdoc cref="AddHrmSolver(IServiceCollection, IConfiguration)" path="/returns|/exception"/>
    public static IServiceCollection AddHrmSolver(this IServiceCollection services, string name, Action<SolverServiceOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Add(services, name, configure);
    }

    /// <summary>Adds a check of the readiness of a solver, named like it or <c>hrm-solver</c>.</summary>
    /// <remarks>
    /// Unhealthy while the solver is loading (<c>loading</c>), and after a failed attempt, with its error. Healthy when it is loaded, with
    /// the name of the <c>model</c> and the counts <c>solved</c>, <c>running</c> and <c>waiting</c> as data. Never loads the solver.
    /// </remarks>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The name of the solver; <see langword="null"/> for the one without.</param>
    /// <param name="tags">Tags of the check, to filter by; none by default.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static IHealthChecksBuilder AddHrmSolver(this IHealthChecksBuilder builder, string? name = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(name ?? "hrm-solver", services => services.GetRequiredKeyedService<SolverLoader>(name), failureStatus: null, tags));
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
            throw new InvalidOperationException($"expected no solver {(name is null ? "without a name" : $"named '{name}'")} among the services, got one: give each a name of its own.");
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SolverServiceOptions>, OptionsValidator<SolverServiceOptions>>());
        services.AddOptions<SolverServiceOptions>(name).Configure(configure).ValidateOnStart();
        return services
            .AddKeyedSingleton(name, (provider, _) => new SolverLoader(provider, name))
            .AddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<SolverLoader>(name).Load())
            .AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<SolverLoader>(name));
    }
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
