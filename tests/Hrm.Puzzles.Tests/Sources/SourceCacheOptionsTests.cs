using Hrm.Core;

namespace Hrm.Puzzles.Tests;

public class SourceCacheOptionsTests
{
    [Fact]
    public void Defaults_are_valid_and_as_documented()
    {
        var options = new SourceCacheOptions();

        new SourceCacheOptionsValidator().Validate(null, options).Succeeded.Should().BeTrue();
        (options.MaximumBytes, options.Attempts, options.RetryDelay, options.StallTimeout, options.MaximumArchiveEntries, options.MaximumArchiveBytes)
            .Should().Be((2_147_483_648, 4, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), 50_000, 4_294_967_296));
    }

    [Fact]
    public void Every_bad_field_is_reported_at_once()
    {
        using var client = new HttpClient();
        var options = new SourceCacheOptions
        {
            MaximumBytes = 0,
            Attempts = 21,
            RetryDelay = TimeSpan.FromSeconds(-1),
            StallTimeout = TimeSpan.Zero,
            MaximumArchiveEntries = 0,
            MaximumArchiveBytes = -1,
        };

        FluentActions.Invoking(() => new SourceCache("cache", client, options)).Should().Throw<InvalidConfigException>()
            .Which.Errors.Should().Equal(
                "MaximumBytes: expected 1 … 9223372036854775807, got 0",
                "Attempts: expected 1 … 20, got 21",
                "RetryDelay: expected 00:00:00 … 00:01:00, got -00:00:01",
                "StallTimeout: expected above 00:00:00, at most 01:00:00, got 00:00:00",
                "MaximumArchiveEntries: expected 1 … 10000000, got 0",
                "MaximumArchiveBytes: expected 1 … 9223372036854775807, got -1");
    }
}
