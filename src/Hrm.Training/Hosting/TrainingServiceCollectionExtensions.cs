using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hrm.Training;

/// <summary>Registers a training in an application's services.</summary>
public static class TrainingServiceCollectionExtensions
{
    /// <summary>Adds a hosted service that trains in the background of the application, on a thread of its own.</summary>
    /// <remarks>
    /// <para>
    /// It resumes from its checkpoints when the host starts, and stops with a checkpoint after the present step when the host stops. It saves
    /// a model after each evaluation that is the best so far; without evaluations every <see cref="TrainingRunOptions.CheckpointInterval"/>
    /// steps, and at the end.
    /// </para>
    /// <para>
    /// The options are checked when the host starts; unknown keys are errors. A failure of the training is logged and leaves the host
    /// running, unless <see cref="TrainingServiceOptions.StopHostOnFailure"/> is set.
    /// </para>
    /// <para>
    /// The meter <c>Hrm.Training</c> has <c>hrm.training.steps</c>, <c>.loss</c> (of the tokens) and <c>.exact_accuracy</c> (both by
    /// <c>kind</c>: training or evaluation), <c>.learning_rate</c>, <c>.gradient_norm</c> and <c>.step_rate</c>, updated at each report.
    /// Reports also go to every registered <see cref="ITrainingLog"/> and to the logger of <see cref="TrainingRun"/>.
    /// </para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The configuration of <see cref="TrainingServiceOptions"/>.</param>
    /// <param name="setup">Creates model and data; called once, on the thread of the training.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="InvalidOperationException">The services already contain a training.</exception>
    public static IServiceCollection AddHrmTraining(this IServiceCollection services, IConfiguration section, Func<IServiceProvider, TrainingSetup> setup)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddHrmTraining(options => CheckedBinding.Fill<TrainingServiceOptions>(() => section.Bind(options, CheckedBinding.Strict)), setup);
    }

    /// <summary>Adds a hosted service that trains, with options set in code; otherwise as with a configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="setup">Creates model and data; called once, on the thread of the training.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <exception cref="InvalidOperationException">The services already contain a training.</exception>
    public static IServiceCollection AddHrmTraining(
        this IServiceCollection services, Action<TrainingServiceOptions> configure, Func<IServiceProvider, TrainingSetup> setup)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(setup);
        if (services.Any(service => service.ImplementationType == typeof(OptionsValidator<TrainingServiceOptions>)))
        {
            throw new InvalidOperationException("expected no training among the services, got one: the options of two would be mixed.");
        }

        services.AddSingleton<IValidateOptions<TrainingServiceOptions>, OptionsValidator<TrainingServiceOptions>>();
        services.AddOptions<TrainingServiceOptions>().Configure(configure).ValidateOnStart();
        return services.AddHostedService(provider => new TrainingService(provider, setup, provider.GetRequiredService<IOptions<TrainingServiceOptions>>().Value));
    }
}
