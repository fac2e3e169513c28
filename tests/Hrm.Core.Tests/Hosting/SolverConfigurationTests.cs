using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hrm.Core.Tests;

/// <summary>The options of a solver, bound from an application's configuration.</summary>
public sealed class SolverConfigurationTests
{
    [Fact]
    public void Every_kind_of_setting_is_bound()
    {
        using var services = Services(
            ("Folder", "models/a"), ("Device", "cuda:1"), ("ForwardDtype", "bfloat16"), ("Limits:MaxQueueLength", "5"), ("Limits:RejectWhenFull", "true"),
            ("Confidence", "0.75"), ("UnchangedSegments", "3"), ("TimeLimit", "00:00:01.5"));



        var bound = new SolverServiceOptions();
        foreach (var setup in services.GetServices<IConfigureOptions<SolverServiceOptions>>())
        {
            setup.Configure(bound);
        }

        bound.Should().BeEquivalentTo(new
        {
            Folder = "models/a",
            Device = "cuda:1",
            ForwardDtype = "bfloat16",
            Limits = new { MaxQueueLength = 5, RejectWhenFull = true, MaxBatchSize = 64 },
            Confidence = 0.75,
            UnchangedSegments = 3,
            TimeLimit = TimeSpan.FromSeconds(1.5),
        });
    }

    [Theory]
    [InlineData("Foldr", "models/a", "*Foldr*")]
    [InlineData("Limits:MaxQueueLength", "many", "*many*Limits:MaxQueueLength*")]
    public void A_mistyped_setting_is_an_error_of_the_options(string key, string value, string message)
    {
        using var services = Services((key, value));
        services.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().Throw<OptionsValidationException>().WithMessage(message);
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddHrmSolver(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build())
        .BuildServiceProvider();
}
