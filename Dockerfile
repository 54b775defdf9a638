# The small runtime: nasport with ONNX Runtime for the CPU, without PyTorch. It installs the wheel in dist/, so build that first:
#   make release-check && docker build --tag nasport .
#   docker run --rm --volume "$PWD:/data:ro" nasport score arch.json
FROM python:3.13-slim

COPY constraints.txt dist/*.whl /wheel/
RUN wheel=$(ls /wheel/*.whl) \
    && pip install --no-cache-dir --constraint /wheel/constraints.txt "$wheel[cpu]" \
    && useradd --create-home nasport

USER nasport
WORKDIR /data
ENTRYPOINT ["nasport"]
CMD ["--help"]
