using System.Diagnostics.CodeAnalysis;
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
            .AddChecked<TrainerOptions>(options => section.GetSection("Trainer").Bind(options, CheckedBinding.Strict))
            .AddChecked<TrainingStreamOptions>(options => section.GetSection("Stream").Bind(options, CheckedBinding.Strict))
            .AddChecked<TrainingRunOptions>(options => section.GetSection("Run").Bind(options, CheckedBinding.Strict));
    }

    private static IServiceCollection AddChecked<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IServiceCollection services, Action<TOptions> bind)
        where TOptions : class, IValidatedOptions
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, OptionsValidator<TOptions>>());
        services.AddOptions<TOptions>().Configure(options => CheckedBinding.Fill<TOptions>(() => bind(options))).ValidateOnStart();
        return services;
    }
}
