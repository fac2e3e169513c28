using System.Globalization;
using System.Text.Json;
using Hrm.Core;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Hrm.Samples.SolverService;

/// <summary>Reports an error of a request as problem details (RFC 9457) that name the field.</summary>
internal sealed class ProblemHandler(IProblemDetailsService problems, IHostApplicationLifetime lifetime) : IExceptionHandler
{
    private const string Body = "{\"puzzle\": \"one character per cell\"}";

    public ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            HrmFormatException format => Invalid(format.Place == "think" ? "think" : "puzzle", format.Problem, format.Positions),
            BadHttpRequestException { InnerException: JsonException json } => Invalid(FieldOf(json), PlaceOf(json), []),
            BadHttpRequestException { InnerException: null, StatusCode: StatusCodes.Status400BadRequest } => Invalid("body", $"expected {Body}, got nothing", []),
            BadHttpRequestException bad => new ProblemDetails { Status = bad.StatusCode, Detail = bad.Message },
            SolverBusyException busy => Busy(context, busy),
            OperationCanceledException when lifetime.ApplicationStopping.IsCancellationRequested
                => new ProblemDetails { Status = StatusCodes.Status503ServiceUnavailable, Detail = "The service is stopping." },
            _ => null,
        };
        if (problem is null)
        {
            return ValueTask.FromResult(false);
        }

        context.Response.StatusCode = problem.Status!.Value;
        return problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem });
    }

    private static HttpValidationProblemDetails Invalid(string field, string message, IReadOnlyList<int> cells)
    {
        var problem = new HttpValidationProblemDetails(new Dictionary<string, string[]> { [field] = [message] })
        {
            Status = StatusCodes.Status400BadRequest,
            Detail = $"{field}: {message}",
        };
        if (cells.Count > 0)
        {
            problem.Extensions["cells"] = cells;
        }

        return problem;
    }

    private static ProblemDetails Busy(HttpContext context, SolverBusyException busy)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(busy.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return new ProblemDetails { Status = StatusCodes.Status503ServiceUnavailable, Detail = busy.Message };
    }

    private static string FieldOf(JsonException error) => error.Path is ['$', '.', .. var name] ? name : "body";

    private static string PlaceOf(JsonException error) => FormattableString.Invariant(
        $"expected {Body}, got something else near line {(error.LineNumber ?? 0) + 1}, byte {(error.BytePositionInLine ?? 0) + 1}");
}
