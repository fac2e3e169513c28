using Hrm.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Hrm.Training;

/// <summary>The options of training in an application's services.</summary>
public static class TrainingServiceCollectionExtensions
{
    /// <summary>
    /// Binds <see cref="TrainerOptions"/> to the section <c>Trainer</c>, <see cref="TrainingStreamOptions"/> to <c>Stream</c> and
    /// <see cref="TrainingRunOptions"/> to <c>Run</c>, and checks all of them when the host starts.
    /// </summary>
    /// <remarks>An unknown key is an error: a mistyped option would otherwise silently do nothing.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The configuration that holds the three sections; a missing one means the defaults.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddHrmTraining(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        return services
            .AddChecked<TrainerOptions, TrainerOptionsValidator>(section.GetSection("Trainer"))
            .AddChecked<TrainingStreamOptions, TrainingStreamOptionsValidator>(section.GetSection("Stream"))
            .AddChecked<TrainingRunOptions, TrainingRunOptionsValidator>(section.GetSection("Run"));
    }

    private static IServiceCollection AddChecked<TOptions, TValidator>(this IServiceCollection services, IConfiguration section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
        services.AddOptions<TOptions>().Configure(options => CheckedBinding.Fill(section, options)).ValidateOnStart();
        return services;
    }
}
